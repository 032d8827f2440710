// SPDX-License-Identifier: MIT
#include "chat.hpp"
#include "history.hpp"
#include "options.hpp"

#include <socketio/server.hpp>

#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace {

void require_page(const std::filesystem::path& web) {
  if (std::filesystem::exists(web / "index.html")) return;
  throw std::runtime_error("no page in " + web.string() +
                           "; ./dev run builds it, --web names another folder");
}

void serve(const showcase::Options& options) {
  require_page(options.web);
  const auto folder = std::filesystem::absolute(options.database).parent_path();
  std::filesystem::create_directories(folder);
  showcase::History history(options.database);

  socketio::Server io;
  const showcase::Chat chat(io, history);
  io.http().serve_folder("/", options.web.string());
  const auto port = io.listen(options.port);
  io.stop_on_signals();
  std::cout << "listening on http://localhost:" << port << std::endl;
  io.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    serve(showcase::parse_options(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "showcase: " << error.what() << '\n';
    return 1;
  }
}
