// SPDX-License-Identifier: MIT
// What a RouterState answers to a request, without a connection and a loop.
#pragma once

#include "server/pending_requests.hpp"
#include "server/router.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

namespace socketio::support {

/// Of a handler that answers at once.
inline http::Response route(const server::RouterState& state, http::Request request,
                            const server::HttpErrorHook& report = {}) {
  std::optional<http::Response> response;
  const auto kept = std::make_shared<detail::RequestState>(std::move(request), nullptr);
  state.answer(server::public_request(kept, "192.0.2.1"), nullptr,
               HttpResponder([&](detail::Answered<HttpResponse> answered) {
                 response = server::checked_response(std::move(answered), kept->request(), report);
               }));
  EXPECT_TRUE(response) << "no answer";
  return response.value_or(http::Response{});
}

}  // namespace socketio::support
