// SPDX-License-Identifier: MIT
// sio decode explains captured packets.
#include "commands.hpp"
#include "exit_code.hpp"
#include "explainer.hpp"
#include "words.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <unistd.h>
#include <vector>

namespace sio {
namespace {

constexpr std::size_t input_limit_bytes = 64 * 1024 * 1024;
constexpr std::string_view written_separator = "\\x1e";

struct DecodeCommand {
  std::vector<std::string> inputs;
  std::string as = "auto";
};

/// \x1e in the input stands for a payload's separator, which cannot be typed. JSON has no
/// such escape.
std::string with_separators(std::string text) {
  for (std::size_t at = text.find(written_separator); at != std::string::npos;
       at = text.find(written_separator, at)) {
    text.replace(at, written_separator.size(), "\x1e");
  }
  return text;
}

bool is_text_packet(std::string_view input) {
  if (input.empty() || input.starts_with("0x")) return false;
  return (input.front() >= '0' && input.front() <= '6') || input.front() == 'b';
}

void explain(Explainer& explainer, const std::string& input, const std::string& as) {
  const auto bytes = read_hex(input);
  if (as == "text" || (as == "auto" && (is_text_packet(input) || !bytes))) {
    return explainer.text(with_separators(input));
  }
  if (!bytes) throw UsageError("this is not hexadecimal: " + without_controls(input));
  if (as == "websocket") return explainer.websocket(*bytes);
  if (as == "msgpack") return explainer.msgpack(*bytes);
  explainer.bytes(*bytes);
}

std::string read_stdin() {
  std::string input;
  std::array<char, 16 * 1024> piece;
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), stdin)) {
    input.append(piece.data(), size);
    if (input.size() > input_limit_bytes) throw UsageError("the input is too large");
  }
  return input;
}

/// True for the raw bytes of a capture, as opposed to text.
bool is_raw(std::string_view input) {
  return !input.empty() && (static_cast<unsigned char>(input.front()) >= 0x80 ||
                            input.find('\0') != std::string_view::npos);
}

/// Splits the input into lines; each is one packet, payload or dump.
std::vector<std::string> lines_of(const std::string& input) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < input.size();) {
    const std::size_t end = std::min(input.find('\n', begin), input.size());
    std::string line = input.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

void explain_all(Explainer& explainer, const DecodeCommand& command) {
  std::vector<std::string> inputs = command.inputs;
  if (inputs.empty() || inputs == std::vector<std::string>{"-"}) {
    if (isatty(STDIN_FILENO)) std::fputs("sio: reading from the terminal, Ctrl-D ends\n", stderr);
    const std::string input = read_stdin();
    if (is_raw(input)) {
      if (command.as == "msgpack") return explainer.msgpack(input);
      return command.as == "websocket" ? explainer.websocket(input) : explainer.bytes(input);
    }
    inputs = lines_of(input);
    if (inputs.empty()) throw UsageError("there is nothing to decode");
  }
  bool first = true;
  for (const std::string& input : inputs) {
    if (!std::exchange(first, false)) std::putchar('\n');
    explain(explainer, input, command.as);
    std::fputs(explainer.take().c_str(), stdout);
  }
}

int decode(const DecodeCommand& command) {
  Explainer explainer(Style::of(stdout));
  explain_all(explainer, command);
  std::fputs(explainer.take().c_str(), stdout);
  if (explainer.attachments_due() > 0) {
    std::printf("\nattachments still to come: %zu\n", explainer.attachments_due());
  }
  std::fflush(stdout);
  return explainer.valid() ? exit_success : exit_failed;
}

}  // namespace

void add_decode(CLI::App& app, int& code) {
  const auto command = std::make_shared<DecodeCommand>();
  auto& sub = *app.add_subcommand("decode", "explains captured packets, payloads and frames");
  sub.add_option("INPUT", command->inputs,
                 "packets or payloads as text, frames or MessagePack in hexadecimal; without it, "
                 "the lines of stdin");
  sub.add_option("--as", command->as, "auto, text, websocket or msgpack")
      ->check(CLI::IsMember({"auto", "text", "websocket", "msgpack"}).description(""))
      ->capture_default_str();
  sub.footer(
      "Several inputs are what one side sent, in order: attachments find their packet. In a "
      "payload,\n"
      "\\x1e may stand for the separator. What begins with 0 to 6 or b is text unless --as says\n"
      "otherwise. Exit codes: 0 all is well-formed, 1 something is wrong, 2 wrong usage.\n\n"
      "Examples:\n"
      "  sio decode '42/chat,7[\"message\",{\"text\":\"hi\"}]'\n"
      "  sio decode '451-[\"photo\",{\"_placeholder\":true,\"num\":0}]' bAQID\n"
      "  sio decode '2probe\\x1e6'\n"
      "  sio decode '81 07 34 32 5b 22 61 22 5d'\n"
      "  curl -s 'localhost:3001/socket.io/?EIO=4&transport=polling' | sio decode");
  sub.final_callback([command, &code] {
    for (std::string& input : command->inputs) input = unguarded(input);
    code = decode(*command);
  });
}

}  // namespace sio
