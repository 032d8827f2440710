// SPDX-License-Identifier: MIT
// RoomLedger: who was in which room when, what was sent to which rooms, and what arrived: it complains of
// what is lost, comes twice, out of order, or to somebody for whom it was not. Joins and leaves race with
// what is sent elsewhere, so two cases are told apart: who was a member all the time has to get an event,
// and who was one at some time may get it.
//
// Plain data. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {

class RoomLedger {
 public:
  /// What is sent to a namespace; to "*": to all but "/".
  struct Event {
    std::string nsp;
    /// None: everybody.
    std::vector<std::string> rooms;
    std::vector<std::string> except;
  };

  // --- What happens. A socket is in the room of its own id while it is connected ---

  void joined(const std::string& nsp, const std::string& id, const std::string& room) {
    Person& person = people_[id];
    person.nsp = nsp;
    person.rooms[room].push_back({++now_, never});
  }
  void left(const std::string& id, const std::string& room) {
    people_[id].rooms[room].back().to = ++now_;
  }
  /// Its number among those of the sender.
  std::uint64_t sent(const std::string& sender, Event event) {
    const std::uint64_t number = ++last_number_;
    sent_.emplace(number, Sent{sender, std::move(event), ++now_, {}});
    return number;
  }
  void received(const std::string& id, const std::string& sender, std::uint64_t number) {
    ++received_;
    const std::string what = std::to_string(number) + " of " + sender + " for " + id;
    const auto found = sent_.find(number);
    if (found == sent_.end()) return complain("came late or was never sent: " + what);
    Sent& sent = found->second;
    const Person& person = people_[id];
    if (!sent.receivers.insert(id).second) return complain("came twice: " + what);
    if (std::uint64_t& last = last_[{id, sender}]; last > number) {
      complain("came out of order: " + what);
    } else {
      last = number;
    }
    const Time time{sent.at, ++now_};
    if (!is_meant(sent.event.nsp, person) ||
        !is_member(person, id, sent.event.rooms, time, At::some) ||
        (!sent.event.except.empty() && is_member(person, id, sent.event.except, time, At::all)))
      complain("came to a wrong receiver: " + what);
  }
  /// Everything that was sent before has arrived.
  void settled() {
    const std::uint64_t end = ++now_;
    for (const auto& [number, sent] : sent_) {
      for (const auto& [id, person] : people_) {
        const Time time{sent.at, end};
        const Event& event = sent.event;
        const bool must =
            is_meant(event.nsp, person) && is_member(person, id, event.rooms, time, At::all) &&
            (event.except.empty() || !is_member(person, id, event.except, time, At::some));
        if (must && !sent.receivers.contains(id))
          complain("was lost: " + std::to_string(number) + " of " + sent.sender + " to " +
                   event.nsp + " for " + id);
      }
    }
    sent_.clear();
  }

  // --- Questions ---

  std::uint64_t now() { return ++now_; }
  /// How many were connected to the namespace from `since` until now, all the time or at some time.
  std::pair<std::size_t, std::size_t> connected(const std::string& nsp, std::uint64_t since) {
    const Time time{since, ++now_};
    std::pair<std::size_t, std::size_t> counts;
    for (const auto& [id, person] : people_) {
      if (!is_meant(nsp, person)) continue;
      if (is_member(person, id, {}, time, At::all)) ++counts.first;
      if (is_member(person, id, {}, time, At::some)) ++counts.second;
    }
    return counts;
  }
  std::size_t present(const std::string& nsp) const {
    return static_cast<std::size_t>(std::count_if(
        people_.begin(), people_.end(),
        [&](const auto& entry) { return entry.second.nsp == nsp && is_here(entry); }));
  }
  std::vector<std::string> ids(const std::string& nsp) const {
    std::vector<std::string> ids;
    for (const auto& entry : people_) {
      if (entry.second.nsp == nsp && is_here(entry)) ids.push_back(entry.first);
    }
    return ids;
  }

  void complain(std::string what) { faults_.push_back(std::move(what)); }
  void expect(bool holds, const std::string& what) {
    if (!holds) complain(what);
  }
  const std::vector<std::string>& faults() const { return faults_; }
  std::size_t received_count() const { return received_; }

 private:
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  struct Time {
    std::uint64_t from;
    std::uint64_t to;
  };
  struct Person {
    std::string nsp;
    std::map<std::string, std::vector<Time>> rooms;
  };
  struct Sent {
    std::string sender;
    Event event;
    std::uint64_t at;
    std::set<std::string> receivers;
  };
  enum class At : std::uint8_t { all, some };

  static bool is_here(const std::pair<const std::string, Person>& entry) {
    const auto own = entry.second.rooms.find(entry.first);
    return own != entry.second.rooms.end() && own->second.back().to == never;
  }
  static bool is_meant(const std::string& nsp, const Person& person) {
    return nsp == person.nsp || (nsp == "*" && person.nsp != "/");
  }
  static bool is_member(const Person& person, const std::string& id,
                        const std::vector<std::string>& rooms, const Time& time, At at) {
    const auto holds = [&](const Time& member) {
      return at == At::all ? member.from < time.from && member.to > time.to
                           : member.from < time.to && member.to > time.from;
    };
    const auto is_in = [&](const std::string& room) {
      const auto found = person.rooms.find(room);
      return found != person.rooms.end() &&
             std::any_of(found->second.begin(), found->second.end(), holds);
    };
    return rooms.empty() ? is_in(id) : std::any_of(rooms.begin(), rooms.end(), is_in);
  }

  std::uint64_t now_ = 0;
  std::uint64_t last_number_ = 0;
  std::map<std::string, Person> people_;
  std::map<std::uint64_t, Sent> sent_;
  /// The last number that a receiver got from a sender.
  std::map<std::pair<std::string, std::string>, std::uint64_t> last_;
  std::vector<std::string> faults_;
  std::size_t received_ = 0;
};

}  // namespace socketio::support
