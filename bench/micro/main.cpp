// SPDX-License-Identifier: MIT
//
// What the server does between the bytes that it receives and the bytes that it sends, without a kernel:
// events, acknowledgements, broadcasts, polls and handshakes. Answers are compared before each measurement, and
// their sizes after it; a wrong one ends the program. `--iterations=N` has each run so often, for callgrind.
#include "load/frames.hpp"
#include "load/options.hpp"
#include "micro/town.hpp"

#include <benchmark/benchmark.h>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using benchmark::State;
using load::Opcode;
using micro::Connection;
using micro::Town;

constexpr std::size_t argument_bytes = 120;
constexpr std::size_t receivers = 1'000;
/// Connections that are made before they are ended, which is not measured.
constexpr std::size_t handshakes = 1'000;

constexpr std::string_view websocket_request =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nUpgrade: "
    "websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
    "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const std::string join = load::client_frame(Opcode::Text, "40");

void expect(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(std::string("wrong bytes: ") + what);
}

std::string packet(std::string_view beginning) {
  return std::string(beginning) + load::json_argument(argument_bytes) + ']';
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

/// Of an iteration that has so many messages.
void report_each(State& state, std::size_t messages) {
  using benchmark::Counter;
  const auto count = static_cast<double>(messages);
  state.counters["messages"] = count;
  state.counters["each"] = Counter(count, Counter::kIsIterationInvariantRate | Counter::kInvert);
}

std::size_t iterations_of(const State& state) {
  return static_cast<std::size_t>(state.iterations());
}

// --- WebSocket ---

/// Connected to "/".
Connection open_socket(Town& town) {
  Connection client = town.connect();
  const std::string opened = town.ask(*client, websocket_request);
  expect(opened.starts_with("HTTP/1.1 101 ") &&
             opened.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos &&
             opened.find("0{\"sid\":\"") != std::string::npos,
         "a handshake");
  const std::string joined = town.ask(*client, join);
  const auto frame = load::read_frame(joined);
  expect(frame && frame->size == joined.size() && frame->payload.starts_with("40{\"sid\":\""),
         "a CONNECT");
  return client;
}

/// So many messages in one read, and so many answers in one write.
void answer_frames(State& state, const std::string& asked, const std::string& answered) {
  Town town;
  const Connection client = open_socket(town);
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::string received = repeated(load::client_frame(Opcode::Text, asked), count);
  const std::string sent = repeated(load::server_frame(Opcode::Text, answered), count);
  expect(town.ask(*client, received) == sent, "an answer");
  const std::size_t before = client->sent_bytes();
  for (auto _ : state) {
    town.receive(*client, received);
    town.end_turn();
  }
  expect(client->sent_bytes() - before == iterations_of(state) * sent.size(), "an answer");
  report_each(state, count);
}

void event(State& state) { answer_frames(state, packet("42[\"echo\","), packet("42[\"echo\",")); }

void acknowledgement(State& state) { answer_frames(state, packet("420[\"ack\","), packet("430[")); }

/// Each message of one read is for all.
void broadcast(State& state) {
  Town town;
  std::vector<Connection> clients;
  while (clients.size() < receivers) clients.push_back(open_socket(town));
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::string received =
      repeated(load::client_frame(Opcode::Text, packet("42[\"fan\",")), count);
  const std::string sent = repeated(load::server_frame(Opcode::Text, packet("42[\"fan\",")), count);
  for (const Connection& client : clients) client->keep();
  town.ask(*clients.front(), received);
  for (const Connection& client : clients) {
    if (client != clients.front()) expect(client->take_kept() == sent, "a broadcast");
  }
  const auto sent_bytes = [&] {
    std::size_t sum = 0;
    for (const Connection& client : clients) sum += client->sent_bytes();
    return sum;
  };
  const std::size_t before = sent_bytes();
  for (auto _ : state) {
    town.receive(*clients.front(), received);
    town.end_turn();
  }
  expect(sent_bytes() - before == iterations_of(state) * receivers * sent.size(), "a broadcast");
  report_each(state, count * receivers);
}

/// From the request to the answer to CONNECT.
void handshake(State& state) {
  Town town;
  std::size_t sent_bytes = 0;
  std::vector<Connection> clients{open_socket(town)};
  const std::size_t expected = clients.front()->sent_bytes();
  const auto end_all = [&] {
    for (const Connection& client : clients) sent_bytes += client->sent_bytes();
    clients.clear();
    town.hang_up();
  };
  for (auto _ : state) {
    clients.push_back(town.connect());
    town.receive(*clients.back(), websocket_request);
    town.end_turn();
    town.receive(*clients.back(), join);
    town.end_turn();
    if (clients.size() < handshakes) continue;
    state.PauseTiming();
    end_all();
    state.ResumeTiming();
  }
  end_all();
  expect(sent_bytes == (iterations_of(state) + 1) * expected, "a handshake");
  report_each(state, 1);
}

// --- Long-polling ---

std::string http_request(std::string_view method, std::string_view sid, std::string_view body) {
  std::string text = std::string(method) + " /socket.io/?EIO=4&transport=polling";
  if (!sid.empty()) text.append("&sid=").append(sid);
  text += " HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n";
  if (!body.empty())
    text +=
        "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n";
  return text.append("\r\n").append(body);
}

bool is_ok(std::string_view answer, std::string_view body) {
  return answer.starts_with("HTTP/1.1 200 ") &&
         answer.ends_with(std::string("\r\n\r\n").append(body));
}

/// A client that polls and posts an event, on two connections: the poll waits, and its answer has the event.
void poll(State& state) {
  Town town;
  const Connection polls = town.connect();
  const Connection posts = town.connect();
  const std::string opened = town.ask(*polls, http_request("GET", {}, {}));
  const std::size_t begin = opened.find("0{\"sid\":\"");
  expect(begin != std::string::npos, "a handshake");
  const std::string sid = opened.substr(begin + 9, 20);
  const std::string get = http_request("GET", sid, {});
  expect(is_ok(town.ask(*posts, http_request("POST", sid, "40")), "ok"), "a POST");
  expect(town.ask(*polls, get).find("\r\n\r\n40{\"sid\":\"") != std::string::npos, "a CONNECT");

  const std::string post = http_request("POST", sid, packet("42[\"echo\","));
  expect(town.ask(*polls, get).empty(), "a poll");
  polls->keep();
  expect(is_ok(town.ask(*posts, post), "ok"), "a POST");
  const std::string polled = polls->take_kept();
  expect(is_ok(polled, packet("42[\"echo\",")), "a poll");

  const std::size_t before = polls->sent_bytes();
  for (auto _ : state) {
    town.receive(*polls, get);
    town.end_turn();
    town.receive(*posts, post);
    town.end_turn();
  }
  expect(polls->sent_bytes() - before == iterations_of(state) * polled.size(), "a poll");
  report_each(state, 1);
}

// --- The program ---

/// Takes it from the arguments. 0 if it is not there: as often as the time allows.
std::int64_t take_iterations(std::vector<char*>& arguments) {
  constexpr std::string_view name = "--iterations=";
  std::int64_t iterations = 0;
  std::erase_if(arguments, [&](const char* argument) {
    const std::string_view text = argument;
    if (!text.starts_with(name)) return false;
    std::from_chars(text.data() + name.size(), text.data() + text.size(), iterations);
    return true;
  });
  return iterations;
}

void add(const char* name, void (*function)(State&), const std::vector<std::int64_t>& messages,
         std::int64_t iterations) {
  auto* const added = benchmark::RegisterBenchmark(name, function);
  for (const std::int64_t count : messages) added->Arg(count);
  if (iterations > 0) added->Iterations(iterations);
}

int run(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  const std::int64_t iterations = take_iterations(arguments);
  add("event", event, {1, 16}, iterations);
  add("acknowledgement", acknowledgement, {1, 16}, iterations);
  add("broadcast", broadcast, {1, 16}, iterations);
  add("poll", poll, {}, iterations);
  add("handshake", handshake, {}, iterations);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  return benchmark::RunSpecifiedBenchmarks() == 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench_micro: " << error.what() << '\n';
    return 1;
  }
}
