// SPDX-License-Identifier: MIT
#include "codec/json/document.hpp"

#include <socketio/arguments.hpp>

namespace socketio {

json Arguments::to_json() const {
  codec::Document document(codec::own_text);
  const auto value = document.parse("[" + elements_ + "]", attachments_);
  return value ? value->to_json() : json::array();
}

}  // namespace socketio
