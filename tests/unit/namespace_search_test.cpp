// SPDX-License-Identifier: MIT
// Predicates of namespaces that answer later, twice, never, or on another thread.
#include "support/core_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using support::CorePeer;
using support::CoreServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LaterPredicate : public testing::Test {
 protected:
  static core::Options with_limit() {
    core::Options options;
    options.namespaces_per_client = 3;
    options.cleanup_empty_child_namespaces = true;
    return options;
  }
  template <class F>
  std::shared_ptr<core::NamespaceState> of(F predicate) {
    return server_.node.of(detail::make_predicate(std::move(predicate)));
  }
  void keep_questions() {
    of([this](std::string_view name, const json&, const Responder<bool>& answer) {
      if (name.starts_with("/later")) asked_.push_back(answer);
    });
  }

  CoreServer server_{with_limit()};
  std::vector<Responder<bool>> asked_;
};

TEST_F(LaterPredicate, AdmitsAClientThatWaits) {
  keep_questions();
  CorePeer peer(server_);
  peer.send(R"(0/later,{"token":1})");
  EXPECT_THAT(peer.received(), IsEmpty());
  ASSERT_EQ(asked_.size(), 1U);
  asked_.front().respond(true);
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("40/later,")));
  EXPECT_EQ(Namespace(server_.node.of("/later")).sockets().front().handshake().auth,
            json({{"token", 1}}));
}

TEST_F(LaterPredicate, RefusesOneAndAFurtherAnswerDoesNothing) {
  keep_questions();
  CorePeer peer(server_);
  peer.send("0/later,");
  asked_.front().respond(false);
  asked_.front().respond(true);
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("Invalid namespace")));
  EXPECT_EQ(server_.node.find("/later"), nullptr);
}

TEST_F(LaterPredicate, LetsTheNextOneDecide) {
  keep_questions();
  std::string second;
  of([&](std::string_view name, const json&) { return !(second = name).empty(); });
  CorePeer peer(server_);
  peer.send("0/later,");
  EXPECT_EQ(second, "");
  asked_.front().respond(false);
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("40/later,")));
  EXPECT_EQ(second, "/later");
}

TEST_F(LaterPredicate, MayAnswerOnAnotherThread) {
  keep_questions();
  CorePeer peer(server_);
  peer.send("0/later,");
  std::thread([&] { asked_.front().respond(true); }).join();
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("40/later,")));
}

TEST_F(LaterPredicate, ThatNeverAnswersAdmitsNobody) {
  keep_questions();
  CorePeer peer(server_);
  peer.send("0/later,");
  asked_.clear();
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("Invalid namespace")));
}

TEST_F(LaterPredicate, ThatThrowsAdmitsNobodyAndIsReported) {
  of([](std::string_view, const json&) -> bool { throw std::runtime_error("on purpose"); });
  CorePeer peer(server_);
  peer.send("0/now,");
  EXPECT_THAT(peer.received(), ElementsAre(HasSubstr("Invalid namespace")));
  EXPECT_THAT(server_.errors, ElementsAre("namespace: on purpose"));
}

TEST_F(LaterPredicate, MayBeACoroutine) {
  of([](std::string name, json) -> Task<bool> {
    if (name == "/throws") throw std::runtime_error("on purpose");
    co_return name == "/good";
  });
  CorePeer peer(server_);
  peer.send("0/good,");
  peer.send("0/bad,");
  peer.send("0/throws,");
  EXPECT_THAT(peer.received(),
              ElementsAre(HasSubstr("40/good,"), HasSubstr("44/bad,"), HasSubstr("44/throws,")));
  EXPECT_THAT(server_.errors, ElementsAre("namespace: on purpose"));
}

TEST_F(LaterPredicate, CountsForTheLimitOfNamespaces) {
  keep_questions();
  CorePeer peer(server_);  // in "/" already
  peer.send("0/later-1,");
  peer.send("0/later-2,");
  EXPECT_FALSE(peer.is_closed());
  peer.send("0/later-3,");
  EXPECT_TRUE(peer.is_closed());
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(LaterPredicate, ASecondConnectMeanwhileEndsTheConnection) {
  keep_questions();
  CorePeer peer(server_);
  peer.send("0/later,");
  peer.send("0/later,");
  EXPECT_TRUE(peer.is_closed());
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(LaterPredicate, AnEventMeanwhileEndsTheConnection) {
  keep_questions();
  CorePeer peer(server_);
  peer.send("0/later,");
  peer.send(R"(2/later,["early"])");
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(LaterPredicate, LeavesNoNamespaceForAClientThatHasGone) {
  keep_questions();
  {
    CorePeer peer(server_);
    peer.send("0/later,");
  }
  asked_.front().respond(true);
  server_.loop().run();
  EXPECT_EQ(server_.node.find("/later"), nullptr);
}

TEST(LatePredicate, MayAnswerWhenTheServerIsGone) {
  std::optional<Responder<bool>> asked;
  {
    CoreServer server;
    server.node.of(detail::make_predicate(
        [&](std::string_view, const json&, const Responder<bool>& answer) { asked = answer; }));
    CorePeer peer(server);
    peer.send("0/later,");
  }
  ASSERT_TRUE(asked);
  asked->respond(true);
}

// --- Handlers of all events that acknowledge ---

class AckOfAny : public testing::Test {
 protected:
  CoreServer server_;
};

TEST_F(AckOfAny, IsTheOneAcknowledgement) {
  server_.nsp.on_any([](std::string_view event, const json& arguments, const Ack<json>& ack) {
    if (event != "quiet") ack({{"any", arguments}});
  });
  server_.nsp.on("both", [] { return "second"; });
  CorePeer peer(server_);
  peer.send(R"(21["alone",5])");
  peer.send(R"(22["both"])");
  peer.send(R"(23["quiet"])");
  peer.send(R"(2["unasked"])");
  EXPECT_THAT(peer.received(), ElementsAre(R"(431[{"any":[5]}])", R"(432[{"any":[]}])"));
}

TEST_F(AckOfAny, StaysTheOneBehindMiddlewaresAndLater) {
  std::optional<Ack<json>> kept;
  server_.nsp.on_connection([&](const Socket& socket) {
    socket.use([](Event&, const Next& next) { next(); });
    socket.on_any([&](std::string_view, const Arguments&, const Ack<json>& ack) { kept = ack; });
    socket.on("both", [] { return "first"; });
  });
  CorePeer peer(server_);
  peer.send(R"(27["both"])");
  ASSERT_TRUE(kept && *kept);
  (*kept)("too late");
  EXPECT_THAT(peer.received(), ElementsAre(R"(437["first"])"));
}

}  // namespace
}  // namespace socketio
