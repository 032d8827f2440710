// SPDX-License-Identifier: MIT
// EveryAdapterTest: the fixture for tests that must pass whatever adapter a namespace has. They run
// with the adapter of a single loop, with one that communicates only by messages, and with that of a
// cluster in which there is no other node.
//
//   INSTANTIATE_TEST_SUITE_P(Adapters, MyTest, support::every_adapter(), support::adapter_name);
#pragma once

#include "cluster/node.hpp"
#include "core/server/adapter.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/node.hpp"
#include "support/message_adapter.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace socketio::support {

struct AdapterCase {
  const char* name;
  core::AdapterFactory adapter;
};

/// Each namespace is a cluster of its own.
inline core::AdapterFactory lone_node() {
  return [](core::NamespaceState& nsp) {
    return std::make_shared<cluster::ClusterNode>(nsp.loop())->adapter_factory()(nsp);
  };
}

inline auto every_adapter() {
  return testing::Values(AdapterCase{"Local", {}},
                         AdapterCase{"Messages", MessageAdapter::factory()},
                         AdapterCase{"Cluster", lone_node()});
}

inline std::string adapter_name(const testing::TestParamInfo<AdapterCase>& info) {
  return info.param.name;
}

class EveryAdapterTest : public testing::TestWithParam<AdapterCase> {
 protected:
  static core::Options options() {
    core::Options options;
    options.adapter = GetParam().adapter;
    return options;
  }
};

}  // namespace socketio::support
