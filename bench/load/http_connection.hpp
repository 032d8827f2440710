// SPDX-License-Identifier: MIT
//
// A keep-alive HTTP/1.1 connection with one request at a time; the long-polling transport uses two
// of them. Responses must have a Content-Length. It reports to its owner, which must outlive it.
#pragma once

#include "stream.hpp"

#include <cstddef>
#include <string_view>

namespace load {

class HttpConnection final : public Stream {
 public:
  class Owner {
   public:
    virtual void on_open(HttpConnection& connection) = 0;
    // Called for status 200; any other status is a failure.
    virtual void on_answer(HttpConnection& connection, std::string_view body) = 0;
    virtual void on_lost(std::string_view why) = 0;

   protected:
    ~Owner() = default;
  };

  HttpConnection(Loop& loop, const Target& target, Owner& owner)
      : Stream(loop, target), owner_(owner) {}

 private:
  void on_connected() override { owner_.on_open(*this); }
  std::size_t on_bytes(std::string_view bytes) override;
  void on_failure(std::string_view why) override { owner_.on_lost(why); }

  Owner& owner_;
};

}  // namespace load
