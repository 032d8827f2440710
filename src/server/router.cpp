// SPDX-License-Identifier: MIT
#include "server/router.hpp"

#include "codec/http/grammar.hpp"
#include "codec/json/document.hpp"
#include "server/static_file.hpp"

#include <stdexcept>

namespace socketio {

namespace {

std::string_view first_value(const std::vector<std::pair<std::string, std::string>>& fields,
                             std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (field == name) return value;
  }
  return {};
}

std::string_view describe(codec::JsonErrc error) {
  switch (error) {
    case codec::JsonErrc::too_deep:
      return "it is nested too deeply";
    case codec::JsonErrc::too_many_nodes:
      return "it has too many values";
    case codec::JsonErrc::syntax:
    case codec::JsonErrc::invalid_placeholder:
      break;
  }
  return "it is not JSON";
}

}  // namespace

// --- What applications see ---

std::string_view HttpRequest::header(std::string_view name) const {
  std::string_view first;
  std::string* all = nullptr;
  std::size_t lines = 0;
  for (const auto& [field, line] : headers) {
    if (!http::equals_ignoring_case(field, name)) continue;
    if (++lines == 1) {
      first = line;
      continue;
    }
    if (!all) all = &joined_.insert_or_assign(std::string(name), first).first->second;
    http::add_line(*all, name, line);
  }
  return all ? std::string_view(*all) : first;
}

std::string_view HttpRequest::param(std::string_view name) const {
  return first_value(params, name);
}

std::string HttpRequest::query_value(std::string_view name) const {
  return http::query_value(query, name);
}

std::optional<json> HttpRequest::body_json() const {
  std::string ignored;
  return body_json(ignored);
}

std::optional<json> HttpRequest::body_json(std::string& why) const {
  codec::Document document;
  const auto value = document.parse(body);
  if (value) return value->to_json();
  why = body.empty() ? "the body is empty" : describe(value.error());
  return std::nullopt;
}

std::optional<HttpForm> HttpRequest::form() const {
  const std::string_view type = header("content-type");
  const std::string_view essence = http::trim(type.substr(0, type.find(';')));
  if (!http::equals_ignoring_case(essence, "application/x-www-form-urlencoded")) return {};
  auto fields = http::parse_query(body, HttpForm::fields_limit + 1);
  if (fields.size() > HttpForm::fields_limit) return {};
  return HttpForm(std::move(fields));
}

std::string_view HttpForm::value(std::string_view name) const { return first_value(fields_, name); }

HttpResponse HttpResponse::text(std::string text, std::uint16_t status) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

HttpResponse HttpResponse::of_json(const json& value, std::uint16_t status) {
  return {status,
          {{"Content-Type", "application/json; charset=utf-8"}},
          value.dump(-1, ' ', false, json::error_handler_t::replace)};
}

void Router::add(std::string method, std::string path, HttpHandler handler) {
  state_->add(std::move(method), std::move(path), std::move(handler));
}

void Router::serve_folder(std::string prefix, std::string folder, FolderOptions options) {
  state_->serve_folder(std::move(prefix), std::move(folder), std::move(options));
}

void Router::use(std::function<std::optional<HttpResponse>(const HttpRequest&)> hook) {
  state_->use(std::move(hook));
}

void Router::use_last(std::function<std::optional<HttpResponse>(const HttpRequest&)> hook) {
  state_->use_last(std::move(hook));
}

namespace server {

namespace {

/// Decodes each segment separately, so that an encoded slash does not separate segments.
std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const auto slash = path.find('/');
    segments.push_back(http::percent_decode(path.substr(0, slash)));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return segments;
}

bool match(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
           std::vector<std::pair<std::string, std::string>>& params) {
  if (pattern.size() != path.size()) return false;
  params.clear();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with(':') && !path[i].empty()) {
      params.emplace_back(pattern[i].substr(1), path[i]);
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

/// Adds the slash with which paths of requests begin.
std::string absolute(std::string path) {
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  return path;
}

/// The rest of a path below a prefix that ends with a slash. The path itself may lack that slash.
std::optional<std::string_view> name_below(std::string_view prefix, std::string_view path) {
  if (path.starts_with(prefix)) return path.substr(prefix.size());
  if (path == prefix.substr(0, prefix.size() - 1)) return std::string_view{};
  return std::nullopt;
}

/// Relative links in a page are resolved against its folder only if the path ends with a slash.
HttpResponse with_slash(std::string_view path, std::string_view query) {
  std::string location(path);
  location.push_back('/');
  if (!query.empty()) location.append("?").append(query);
  return {301, {{"Location", std::move(location)}}, {}};
}

std::optional<HttpResponse> content_of(const FoundFile& file, const HttpRequest& request) {
  if (file.size_bytes > file_limit_bytes) {
    throw std::length_error(file.path + " is larger than serve_folder() serves");
  }
  const auto body = request.method == "HEAD" ? http::Body::omitted : http::Body::included;
  return file_response(file, request.header("if-none-match"), body);
}

/// A person may have typed the path: it names no script, picture or data.
bool wants_page(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  const std::string_view path = request.path;
  if (path.substr(path.rfind('/') + 1).find('.') != std::string_view::npos) return false;
  return http::accepts(request.header("accept"), "text/html");
}

/// A peer would keep waiting after a 1xx, and cannot interpret a status outside the range.
void check_status(std::uint16_t status) {
  if (status < 200 || status > 599) {
    throw std::out_of_range(std::to_string(status) + " is no status of an answer");
  }
}

}  // namespace

http::Response wire_response(HttpResponse response) {
  http::Response wire;
  wire.status = response.status;
  for (const auto& [name, value] : response.headers) wire.headers.add(name, value);
  wire.body = std::move(response.body);
  return wire;
}

void RouterState::add(std::string method, std::string path, HttpHandler handler) {
  routes_.push_back({std::move(method), split(absolute(std::move(path))),
                     std::make_shared<const HttpHandler>(std::move(handler))});
}

void RouterState::serve_folder(std::string prefix, std::string folder, FolderOptions options) {
  prefix = absolute(std::move(prefix));
  if (!prefix.ends_with('/')) prefix.push_back('/');
  folders_.push_back({std::move(prefix), std::move(folder), std::move(options.fallback)});
}

RouterState::Routed RouterState::route(std::string_view path, HttpRequest& request) const {
  const auto segments = split(path);
  std::string allowed;
  for (const Route& route : routes_) {
    if (!match(route.segments, segments, request.params)) continue;
    if (route.method == request.method || (route.method == "GET" && request.method == "HEAD")) {
      return route.handler;
    }
    const std::string_view methods =
        route.method == "GET" ? "GET, HEAD" : std::string_view(route.method);
    if (http::list_contains(allowed, route.method)) continue;
    if (!allowed.empty()) allowed.append(", ");
    allowed.append(methods);
  }
  request.params.clear();
  if (allowed.empty()) return {};
  return HttpResponse{405, {{"Allow", std::move(allowed)}}, {}};
}

std::optional<HttpResponse> RouterState::file(std::string_view path,
                                              const HttpRequest& request) const {
  for (const Folder& folder : folders_) {
    const auto name = name_below(folder.prefix, request.path);
    if (!name) continue;
    const auto found = find_file(folder.root, *name);
    if (!found) continue;
    if (request.method != "GET" && request.method != "HEAD") {
      return HttpResponse{405, {{"Allow", "GET, HEAD"}}, {}};
    }
    if (found->is_index && !request.path.ends_with('/')) return with_slash(path, request.query);
    if (auto answer = content_of(*found, request)) return answer;
  }
  return std::nullopt;
}

std::optional<HttpResponse> RouterState::fallback(const HttpRequest& request) const {
  if (!wants_page(request)) return std::nullopt;
  for (const Folder& folder : folders_) {
    if (folder.fallback.empty() || !name_below(folder.prefix, request.path)) continue;
    const auto found = find_file(folder.root, folder.fallback);
    if (!found) continue;
    if (auto answer = content_of(*found, request)) return answer;
  }
  return std::nullopt;
}

void RouterState::answer(HttpRequest request, const std::shared_ptr<detail::TaskLoop>& loop,
                         const HttpResponder& answer) const {
  try {
    find_answer(request, loop, answer);
  } catch (...) {
    answer.fail(std::current_exception());
  }
}

std::optional<HttpResponse> RouterState::ask(const Hooks& hooks, const HttpRequest& request) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    const auto hook = hooks[i];  // it may add further ones
    if (auto answer = (*hook)(request)) return answer;
  }
  return std::nullopt;
}

void RouterState::find_answer(HttpRequest& request, const std::shared_ptr<detail::TaskLoop>& loop,
                              const HttpResponder& answer) const {
  if (auto found = ask(hooks_, request)) return answer.respond(std::move(*found));
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  Routed routed = route(path, request);
  if (const auto* const handler = std::get_if<std::shared_ptr<const HttpHandler>>(&routed)) {
    return (**handler)(loop, request, answer);
  }
  if (auto* const found = std::get_if<HttpResponse>(&routed)) {
    return answer.respond(std::move(*found));
  }
  if (auto found = file(path, request)) return answer.respond(std::move(*found));
  if (auto found = ask(last_hooks_, request)) return answer.respond(std::move(*found));
  if (auto found = fallback(request)) return answer.respond(std::move(*found));
  answer.respond(HttpResponse::text("Not Found", 404));
}

http::Response checked_response(detail::Answered<HttpResponse> answered,
                                const http::Request& request, const HttpErrorHook& report) {
  try {
    if (answered.thrown) std::rethrow_exception(answered.thrown);
    if (!answered.value) throw std::logic_error("the responder was dropped without an answer");
    check_status(answered.value->status);
    return wire_response(std::move(*answered.value));
  } catch (...) {
    if (report) report(request);
    return wire_response(HttpResponse::text("Internal Server Error", 500));
  }
}

}  // namespace server
}  // namespace socketio
