// SPDX-License-Identifier: MIT
// The Admin UI's parts that tests/conformance does not reach: its thread, its limits, its end.
#include "admin/password_checker.hpp"
#include "net/asio_loop.hpp"
#include "support/live_server.hpp"
#include "support/patience.hpp"

#include <socketio/admin_ui.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

// Of "changeit".
const std::string hash = "$2a$04$sRiXwx4ao/o7Tt2l7sztbeFCH.NKnRBw6AVwIVrEXnHtWAnZvcWAa";

class AdminPasswordThread : public testing::Test {
 protected:
  bool ask(admin::PasswordChecker& checker, std::string password) {
    return checker.check(std::move(password), [this](bool matches) {
      EXPECT_TRUE(loop_->is_current());
      answers_.push_back(matches);
    });
  }
  void run_until_answers(std::size_t count) {
    eventually([&] {
      context_.restart();
      context_.run_for(10ms);
      return answers_.size() >= count;
    });
    ASSERT_EQ(answers_.size(), count);
  }

  boost::asio::io_context context_{1};
  std::shared_ptr<net::AsioLoop> loop_ = std::make_shared<net::AsioLoop>(context_);
  std::vector<bool> answers_;
};

TEST_F(AdminPasswordThread, AnswersOnTheLoopInOrder) {
  admin::PasswordChecker checker(*loop_, hash, 16);
  EXPECT_TRUE(ask(checker, "changeit"));
  EXPECT_TRUE(ask(checker, "wrong"));
  EXPECT_TRUE(ask(checker, "changeit"));
  run_until_answers(3);
  EXPECT_EQ(answers_, (std::vector<bool>{true, false, true}));
}

TEST_F(AdminPasswordThread, TakesAsManyPasswordsAsItsLimit) {
  admin::PasswordChecker checker(*loop_, hash, 2);
  EXPECT_TRUE(ask(checker, "1"));
  EXPECT_TRUE(ask(checker, "2"));
  EXPECT_FALSE(ask(checker, "3"));
  run_until_answers(2);
  EXPECT_TRUE(ask(checker, "4"));
  run_until_answers(3);
}

TEST_F(AdminPasswordThread, EndsWithPasswordsThatWait) {
  auto kept = std::make_shared<int>(0);
  {
    admin::PasswordChecker checker(*loop_, hash, 100);
    for (int i = 0; i < 100; ++i) checker.check("changeit", [kept](bool) {});
  }
  loop_.reset();
  EXPECT_EQ(kept.use_count(), 1);
}

AdminUiOptions open_to_all() { return {.auth = AdminAuth::none()}; }

TEST(AdminUi, NeedsAHash) {
  Server io;
  EXPECT_THROW(instrument(io, {.auth = AdminAuth::basic("admin", "changeit")}),
               std::invalid_argument);
  instrument(io, {.auth = AdminAuth::basic("admin", hash)});
}

TEST(AdminUi, IsAddedOnce) {
  Server io;
  instrument(io, open_to_all());
  EXPECT_THROW(instrument(io, open_to_all()), std::logic_error);
}

TEST(AdminUi, EndsWithItsServer) {
  std::optional<Namespace> kept;
  {
    LiveServer server({}, [&](Server& io) {
      instrument(io, open_to_all());
      kept = io.of("/admin");
    });
    SocketClient page(server.port);
    page.send("40/admin,");
    while (!page.packet().starts_with(R"(42/admin,["all_sockets")")) continue;
    SocketClient client(server.port);
    EXPECT_TRUE(client.joined());
  }
  EXPECT_EQ(kept->sockets_count(), 0U);
  kept->emit("nobody");
}

TEST(AdminUi, ReportsCommandsWithOtherArguments) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    instrument(io, open_to_all());
    io.of("/admin").on_handler_error(
        [&](Socket&, const HandlerError& error) { log.add(error.event); });
  });
  SocketClient page(server.port);
  page.send("40/admin,");
  page.send(R"(42/admin,["join",1,{}])");
  log.wait_for("join");
}

}  // namespace
}  // namespace socketio::support
