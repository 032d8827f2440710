// SPDX-License-Identifier: MIT
//
// A keep-alive HTTP/1.1 connection with one request at a time, as the long-polling transport uses
// two of. Answers must carry a Content-Length. Reports to its owner, which must outlive it.
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
    // Of answers with status 200; another status is a failure.
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
