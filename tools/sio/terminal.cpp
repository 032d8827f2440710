// SPDX-License-Identifier: MIT
// The console on a terminal, with libedit. Events are handled while libedit waits for a character.
#include "exit_code.hpp"
#include "input.hpp"
#include "show.hpp"

#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <filesystem>
#include <histedit.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace sio {
namespace {

constexpr int history_lines = 1'000;

/// SIO_HISTORY, or a file in the folder for such data; empty means no history.
std::string history_file() {
  if (const char* const chosen = std::getenv("SIO_HISTORY")) return chosen;
  std::filesystem::path folder;
  if (const char* const state = std::getenv("XDG_STATE_HOME"); state && *state) {
    folder = state;
  } else if (const char* const home = std::getenv("HOME"); home && *home) {
    folder = std::filesystem::path(home) / ".local" / "state";
  } else {
    return {};
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? std::string() : (folder / "sio_history").string();
}

std::size_t cells_of(const wchar_t* begin, const wchar_t* end) {
  std::size_t cells = 0;
  for (; begin != end; ++begin) cells += static_cast<std::size_t>(std::max(wcwidth(*begin), 0));
  return cells;
}

class Terminal final : public Input {
 public:
  Terminal(Session& session, EditorHooks hooks)
      : Input(session),
        hooks_(std::move(hooks)),
        style_(Style::of(stdout)),
        history_file_(history_file()),
        editor_(el_init("sio", stdin, stdout, stderr)),
        history_(history_init()),
        signals_(session.context(), SIGWINCH, SIGCONT) {
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_PROMPT_ESC, &Terminal::give_prompt, '\1');
    el_set(editor_, EL_SIGNAL, 0);
    el_set(editor_, EL_GETCFN, &Terminal::give_character);
    // The narrow el_set() would copy the two texts and never release them.
    el_wset(editor_, EL_ADDFN, L"sio-complete", L"Completes the word", &Terminal::complete);
    el_set(editor_, EL_BIND, "^I", "sio-complete", nullptr);
    el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    HistEvent event;
    history(history_, &event, H_SETSIZE, history_lines);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
    el_set(editor_, EL_HIST, history, history_);
    el_source(editor_, nullptr);  // ~/.editrc
    session.on_interrupt([this] { interrupt(); });
    await_signal();
  }

  ~Terminal() override {
    HistEvent event;
    if (!history_file_.empty()) history(history_, &event, H_SAVE, history_file_.c_str());
    history_end(history_);
    el_end(editor_);
  }

  bool is_terminal() const override { return true; }

  std::optional<std::string> read() override {
    if (session().finished()) return std::nullopt;
    is_reading_ = true;
    int size = 0;
    const char* const typed = el_gets(editor_, &size);
    is_reading_ = false;
    if (!typed || size <= 0 || session().finished()) {
      std::fputs("\n", stdout);
      return std::nullopt;
    }
    std::string line(typed, static_cast<std::size_t>(size));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    HistEvent event;
    if (!line.empty()) history(history_, &event, H_ENTER, line.c_str());
    return line;
  }

  void print(const std::string& line) override {
    if (is_reading_) hide_line();
    std::fputs((line + '\n').c_str(), stdout);
    std::fflush(stdout);
    if (is_reading_) el_set(editor_, EL_REFRESH);
  }

  void end() override {
    signals_.cancel();
    Input::end();
  }

 private:
  static Terminal& of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<Terminal*>(self);
  }

  // --- What libedit calls ---

  static char* give_prompt(EditLine* editor) {
    Terminal& self = of(editor);
    self.prompt_text_ = self.hooks_.prompt();
    self.prompt_ = self.style_.has_colours() ? "\1\x1b[1m\1" + self.prompt_text_ + "\1\x1b[0m\1"
                                             : self.prompt_text_;
    return self.prompt_.data();
  }

  /// Returns one character as soon as there is one.
  static int give_character(EditLine* editor, wchar_t* out) {
    Terminal& self = of(editor);
    std::mbstate_t state{};
    while (self.await_input()) {
      char byte = 0;
      const ssize_t size = ::read(STDIN_FILENO, &byte, 1);
      if (size == 0) return 0;
      if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (size < 0) return -1;
      const std::size_t used = std::mbrtowc(out, &byte, 1, &state);
      // The character has more bytes.
      if (used == static_cast<std::size_t>(-2)) continue;
      if (used != static_cast<std::size_t>(-1)) return 1;
      state = {};
    }
    return 0;
  }

  static unsigned char complete(EditLine* editor, wint_t) { return of(editor).complete_word(); }

  unsigned char complete_word() {
    const LineInfo* const info = el_line(editor_);
    const std::string line(info->buffer, info->cursor);
    const std::string word = line.substr(line.find_last_of(' ') + 1);
    auto candidates = hooks_.completions(line);
    std::erase_if(candidates, [&](const std::string& one) { return !one.starts_with(word); });
    if (candidates.empty()) return CC_ERROR;
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    const std::string& first = candidates.front();
    const std::string& last = candidates.back();
    // The list is sorted, so what the first and the last have in common, all have.
    const auto shared = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
    std::string missing(first.begin() + static_cast<std::ptrdiff_t>(word.size()), shared);
    if (candidates.size() == 1 && !first.ends_with('/')) missing += ' ';
    if (!missing.empty())
      return el_insertstr(editor_, missing.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    std::string all;
    for (const std::string& one : candidates) all += (all.empty() ? "" : "  ") + one;
    print(style_.dim(all));
    return CC_NORM;
  }

  // --- The line that is being typed ---

  /// Clears the rows of prompt and line; the cursor is then where they began.
  void hide_line() {
    const LineInfoW* const line = el_wline(editor_);
    winsize size{};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    const std::size_t columns = size.ws_col > 0 ? size.ws_col : 80;
    const std::size_t cells = prompt_text_.size() + cells_of(line->buffer, line->cursor);
    if (cells >= columns) std::printf("\x1b[%zuA", cells / columns);
    std::fputs("\r\x1b[J", stdout);
  }

  /// Ctrl-C: discards the line, or ends if the line is empty.
  void interrupt() {
    const LineInfoW* const line = el_wline(editor_);
    const auto size = static_cast<int>(line->lastchar - line->buffer);
    if (!is_reading_ || size == 0) return session().finish(exit_success);
    hide_line();
    el_cursor(editor_, static_cast<int>(line->lastchar - line->cursor));
    el_deletestr(editor_, size);
    el_set(editor_, EL_REFRESH);
  }

  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      if (signal == SIGWINCH) el_resize(editor_);
      if (is_reading_) {
        // Another program, the shell, had the terminal.
        if (signal == SIGCONT) el_set(editor_, EL_PREP_TERM, 1);
        el_set(editor_, EL_REFRESH);
      }
      await_signal();
    });
  }

  const EditorHooks hooks_;
  const Style style_;
  const std::string history_file_;
  EditLine* const editor_;
  History* const history_;
  boost::asio::signal_set signals_;
  std::string prompt_text_;
  // With colours.
  std::string prompt_;
  bool is_reading_ = false;
};

}  // namespace

std::unique_ptr<Input> make_terminal(Session& session, EditorHooks hooks) {
  return std::make_unique<Terminal>(session, std::move(hooks));
}

}  // namespace sio
