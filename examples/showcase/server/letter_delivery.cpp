// SPDX-License-Identifier: MIT
#include "letter_delivery.hpp"

#include <chrono>
#include <iterator>
#include <memory>
#include <system_error>

namespace showcase {
namespace {

using socketio::EmitResult;
using socketio::Errc;
using socketio::json;
using socketio::Reply;
using socketio::Socket;

/// A letter that its reader has not seen by then counts as unread until they register anew.
constexpr std::chrono::hours read_within{1};
constexpr std::chrono::milliseconds pause_between_letters{50};

json message_of(const Letter& letter) {
  return {{"from", letter.from},
          {"message", letter.message},
          {"id", letter.id},
          {"timestamp", letter.timestamp}};
}

/// Nobody was asked: the client had gone, has too many questions to answer already, or reads too
/// slowly.
bool was_not_sent(const Reply<json>& reply) {
  const std::error_code error = reply.error();
  return error == Errc::not_connected || error == Errc::too_many_pending || error == Errc::dropped;
}

}  // namespace

std::string room_of_person(const std::string& name) { return "private:of:" + name; }

bool LetterDelivery::deliver(const Socket& socket, const Letter& letter) {
  bool sent = false;
  if (socket.data<Registered>().acknowledges) {
    sent = deliver_asking(socket, letter);
  } else {
    const auto result = socket.emit("private-message", message_of(letter));
    sent = result == EmitResult::sent || result == EmitResult::queued;
  }
  if (sent) mailbox_.set_delivered(letter.id);
  return sent;
}

/// The acknowledgement says that it was read. What could not be asked fails at once.
bool LetterDelivery::deliver_asking(const Socket& socket, const Letter& letter) {
  const auto sent = std::make_shared<bool>(true);
  socket.timeout(read_within)
      .emit_with_ack("private-message", message_of(letter))
      .then([this, sent,
             receipt = Receipt{letter.id, letter.from, letter.to}](const Reply<json>& reply) {
        if (reply) on_read(receipt);
        *sent = !was_not_sent(reply);
      });
  return *sent;
}

void LetterDelivery::on_read(const Receipt& receipt) {
  if (!mailbox_.set_read(receipt.id)) return;
  io_.to({room_of_person(receipt.from), room_of_person(receipt.to)}).emit("message-read", receipt);
}

/// Who goes in between gets the rest another time.
void LetterDelivery::deliver_waiting(const Socket& socket, Between ids) {
  auto& [name, acknowledges, rest] = socket.data<Registered>();
  rest.cancel();
  const auto letters = acknowledges ? mailbox_.unread(name, ids) : mailbox_.waiting(name, ids);
  for (const Letter& letter : letters) {
    if (!deliver(socket, letter)) return;
  }
  if (std::ssize(letters) < Mailbox::letters_at_once) return;
  rest = io_.after(pause_between_letters, [this, socket, ids, after = letters.back().id] {
    deliver_waiting(socket, {after, ids.last});
  });
}

}  // namespace showcase
