// SPDX-License-Identifier: MIT
#include "commands.hpp"
#include "exit_code.hpp"
#include "words.hpp"

#include <socketio/log.hpp>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace {

/// The command line in the order that CLI11 expects.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = argc - 1; i > 0; --i) words.push_back(sio::guarded(argv[i]));
  return words;
}

/// Input is UTF-8 whatever the environment says: without a locale, the console would not know the
/// width of characters.
void choose_characters() {
  std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
}

}  // namespace

int main(int argc, char** argv) {
  choose_characters();
  // A reader that has gone is an error of write() instead.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("Talks to Socket.IO servers.", "sio");
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);
  int code = sio::exit_success;
  sio::add_commands(app, code);
  try {
    socketio::log::from_environment();
    app.parse(words_of(argc, argv));
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? sio::exit_success : sio::exit_usage;
  } catch (const sio::UsageError& wrong) {
    std::fprintf(stderr, "sio: %s\n", wrong.what());
    return sio::exit_usage;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "sio: %s\n", failure.what());
    return sio::exit_failed;
  }
  return code;
}
