#include "cluster/bus.hpp"
#include "support/loop_town.hpp"
#include <socketio/socket.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
namespace socketio::support { namespace {
struct Rev : testing::TestWithParam<bool> {
  std::optional<Socket> peer;
};
void show(const char* what, TownClient& c) { for (auto& p : c.received()) printf("%s: %s\n", what, p.c_str()); }
TEST_P(Rev, Order) {
  std::optional<core::RecoveryLimits> limits; if (GetParam()) limits.emplace();
  LoopTown town(2, 1, [](auto bus) { return bus; }, limits);
  town.on_first([&] {
    town.main().on("me", [&](Socket& s) { peer.emplace(s); });
    town.main().on("two", [&](Socket&) { peer->emit("first"); town.main().emit("second"); });
    town.main().on("jointell", [&](Socket&) { peer->join("game"); town.main().to("game").emit("start"); });
    town.main().on("hello", [&](Socket& s) { s.nsp().emit("own"); });
  });
  town.settle();
  TownClient a(town.worker(1), "/");
  TownClient other(town.worker(1), "/");
  TownClient b(town.worker(0), "/");
  town.settle();
  a.send(R"(["me"])"); town.settle(); a.received();
  b.send(R"(["two"])");
  other.send(R"(["hello"])");   // loop 1 handles a packet before its posted tasks
  town.settle();
  show("two", a);
  b.send(R"(["jointell"])");
  other.send(R"(["hello"])");
  town.settle();
  show("jointell", a);
  peer.reset();
}
TEST_P(Rev, NewNamespaceReorders) {
  std::optional<core::RecoveryLimits> limits; if (GetParam()) limits.emplace();
  LoopTown town(2, 1, [](auto bus) { return bus; }, limits);
  town.on_first([&] {
    town.dynamic().on_connection([&](Socket& s) { s.nsp().emit("joined-" + s.id().substr(0,3)); });
    town.dynamic().on("tell", [&](Socket& s) { s.nsp().emit("told"); });
  });
  town.settle();
  TownClient b(town.worker(0), "/x");
  town.settle();
  town.worker(1).loop().post([] {});   // it has something to run
  b.send(R"(["tell"])");
  TownClient a(town.worker(1), "/x");
  town.settle();
  show("new nsp", a);
}
TEST_P(Rev, Hook) {
  std::optional<core::RecoveryLimits> limits; if (GetParam()) limits.emplace();
  for (std::size_t n : {1u, 2u}) {
  LoopTown town(2, 1, [](auto bus) { return bus; }, limits);
  (void)n;
  town.on_first([&] {
    town.main().on("watch", [&](Socket& s) { s.on_any_outgoing([](Socket&, std::string_view e, auto& args) { printf("hook %s %zu arguments\n", std::string(e).c_str(), args.size()); }); s.emit("to-me", 1); });
  });
  town.settle();
  TownClient a(town.worker(1), "/");
  a.send(R"(["watch"])"); town.settle();
  break; }
}
INSTANTIATE_TEST_SUITE_P(R, Rev, testing::Bool());
}}
namespace socketio::support { namespace {
TEST(Rev2, Doubled) {
  core::RecoveryLimits limits;
  LoopTown town(2, 1, [](auto bus) { return bus; }, limits);
  town.on_first([&] {
    town.dynamic().on_connection([&](Socket& s) { if (!s.recovered()) s.nsp().emit("joined"); });
    town.dynamic().on("tell", [&](Socket& s) { s.nsp().emit("told"); });
  });
  town.settle();
  TownClient b(town.worker(0), "/x");
  town.settle();
  town.worker(1).loop().post([] {});
  b.send(R"(["tell"])");
  auto a = std::make_unique<TownClient>(town.worker(1), "/x");
  town.settle();
  std::string pid, offset;
  for (auto& p : a->received()) {
    printf("before: %s\n", p.c_str());
    if (p[0] == '0') pid = json::parse(p.substr(1)).at("pid"); else offset = json::parse(p.substr(1)).back();
  }
  a.reset(); town.settle();
  TownClient again(town.worker(1), "/x", json{{"pid", pid}, {"offset", offset}}.dump());
  town.settle();
  show("after", again);
}
struct Flag { bool* gone; ~Flag() { if (gone) *gone = true; } };
struct Holder { Socket partner{}; std::shared_ptr<Flag> flag; };
void leak(std::size_t loops, bool paired = true) {
  bool gone = false;
  {
    core::RecoveryLimits limits;
    LoopTown town(loops, 1, [](auto bus) { return bus; }, limits);
    std::optional<Socket> first;
    town.on_first([&] {
      town.main().on("first", [&](Socket& s) { first.emplace(s); });
      town.main().on("pair", [&](Socket& s) { if (paired) s.data<Holder>().partner = *first; s.data<Holder>().flag = std::make_shared<Flag>(Flag{nullptr}); s.data<Holder>().flag->gone = &gone; });
    });
    town.settle();
    TownClient p(town.worker(0), "/");
    p.send(R"(["first"])");
    {
      TownClient a(town.worker(0), "/");
      a.send(R"(["pair"])");
    }
    first.reset();
    p.leave();
    town.settle();
  }
  printf("loops %zu: data destroyed at the server's end: %d\n", loops, gone);
  static bool later; (void)later;
}
TEST(Rev2, Leak1) { leak(1); }
TEST(Rev2, Leak2) { leak(2); }
}}
namespace socketio::support { namespace {
TEST(Rev2, NoLeak2) { leak(2, false); }
// One thread: the node alone, with its local adapter.
struct Bare final : engine::SessionOwner {
  const Loop*& running; SteppedLoop loop_; engine::Options options_; engine::Counters counters_; std::unique_ptr<core::Node> node_;
  explicit Bare(const Loop*& r) : running(r), loop_(r, 1) { core::Options o; o.recovery.emplace(); node_ = std::make_unique<core::Node>(loop_, o); }
  ~Bare() override { loop_.turn([&] { node_.reset(); }); }
  const engine::Options& options() const override { return options_; }
  SteppedLoop& loop() override { return loop_; }
  engine::Counters& counters() override { return counters_; }
  void add_headers(const engine::Exchange&, const engine::Session&, http::Response&) const override {}
  bool on_session_closing(engine::Session&) override { return true; }
  void on_session_end(engine::Session&) override {}
};
TEST(Rev2, LeakOneThread) {
  bool gone = false;
  const Loop* running = nullptr;
  {
    Bare bare(running);
    std::optional<Socket> first;
    bare.loop_.turn([&] {
      Namespace main(bare.node_->of("/"));
      main.on("first", [&](Socket& s) { first.emplace(s); });
      main.on("pair", [&](Socket& s) { s.data<Holder>().partner = *first; s.data<Holder>().flag = std::make_shared<Flag>(Flag{nullptr}); s.data<Holder>().flag->gone = &gone; });
    });
    const auto open = [&](std::shared_ptr<engine::SessionHandler>& h) {
      auto t = std::make_shared<KeptTransport>();
      auto s = std::make_shared<engine::Session>(bare, "session", engine::OpeningRequest{});
      bare.loop_.turn([&] { s->open(t); h = bare.node_->accept(s); s->set_handler(h); h->on_text("0{}"); });
      return s;
    };
    std::shared_ptr<engine::SessionHandler> hp, ha;
    auto p = open(hp); bare.loop_.turn([&] { hp->on_text(R"(2["first"])"); });
    auto a = open(ha); bare.loop_.turn([&] { ha->on_text(R"(2["pair"])"); });
    bare.loop_.turn([&] { a->close(DisconnectReason::transport_close); });
    bare.loop_.turn([&] { p->close(DisconnectReason::transport_close); });
    first.reset(); hp.reset(); ha.reset(); p.reset(); a.reset();
  }
  printf("one thread: data destroyed at the server's end: %d\n", gone);
}
}}
#include "support/history_bus.hpp"
namespace socketio::support { namespace {
TEST(Rev3, OrderWithStore) {
  std::optional<Socket> peer;
  core::RecoveryLimits limits;
  LoopTown town(3, 1, [](auto bus) { return bus; }, limits, [](TownWorker& first) { first.cluster().add(std::make_unique<HistoryBus>(first.loop())); });
  town.on_first([&] {
    town.main().on("me", [&](Socket& s) { peer.emplace(s); });
    town.main().on("two", [&](Socket&) { peer->emit("first"); town.main().emit("second"); });
  });
  town.settle();
  TownClient a(town.worker(1), "/");
  TownClient b(town.worker(2), "/");
  town.settle();
  a.send(R"(["me"])"); town.settle(); a.received();
  b.send(R"(["two"])");
  town.settle(); town.pass(std::chrono::seconds(1)); town.settle();
  show("store", a);
  peer.reset();
}
TEST(Rev3, EndCrash) {
  core::RecoveryLimits limits;
  auto town = std::make_unique<LoopTown>(2, 1, [](auto bus) { return bus; }, limits);
  town->settle();
  auto a = std::make_unique<TownClient>(town->worker(1), "/");
  town->settle();
  std::string pid;
  for (auto& p : a->received()) if (p[0] == '0') pid = json::parse(p.substr(1)).at("pid");
  auto b = std::make_unique<TownClient>(town->worker(0), "/", json{{"pid", pid}}.dump());
  printf("asked pid=%s pending=%d closed=%d\n", pid.c_str(), !town->worker(1).loop().has_run_posted(), a->is_closed()); fflush(stdout);
  // As ~Worker: remove(), then run_posted().
  const_cast<server::LoopBuses&>(town->buses()).remove(1);
  town->worker(1).loop().wake();
  printf("survived closed=%d\n", a->is_closed());
}
}}
