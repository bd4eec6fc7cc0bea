// Whether the model of 'waybill simulate' has the order of events that a real Argo CD was seen to take.
//
// Reads one JSON object from standard input: {"bundle": FOLDER, "from"?: FOLDER, "check": "none|documented|bundle",
// "events": [{"event": "applied|started|ready|removed|gone", "application": NAME}]}. Writes {"allowed": BOOL, "states":
// N} and, if no order of the model begins with these events, "at": the index of the first one that does not fit, and
// "possible": what the model has there.
//
// The model's other steps are not seen from outside, so between two events any number of them may lie: what is followed
// are all states that the model can be in after the events so far.
#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "argocd/simulation/model.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "core/json/writer.h"

namespace waybill::argocd {
namespace {

using States = std::map<std::string, State>;  // by their keys

bool is_leaving(Phase phase) { return phase == Phase::Deleting || phase == Phase::Orphaned || phase == Phase::Absent; }

// What is seen of a member when a step is taken; empty: nothing.
std::string_view sight_of(const State& before, const Step& step, std::size_t member) {
  const MemberState& old = before.members[member];
  const MemberState& now = step.after.members[member];
  if (now.is_new && !old.is_new) return "applied";
  if (is_leaving(now.phase) && !is_leaving(old.phase)) return "removed";
  if (step.event.member != member) return {};
  if (step.event.kind == Event::Kind::Start) return "started";
  if (step.event.kind == Event::Kind::Ready) return "ready";
  if (step.event.kind == Event::Kind::Gone) return "gone";
  return {};
}

class Replay {
 public:
  explicit Replay(const Rollout& rollout, HealthCheck check)
      : rollout_(rollout), model_(rollout, every_member(), check, Comparison::Slow) {
    add(states_, model_.initial());
  }

  // False: no state allows it.
  bool follow(std::string_view event, std::size_t member) {
    let_hidden_steps_happen();
    States next;
    for (const auto& [key, state] : states_) {
      // One step of the root writes a whole wave, which is seen one by one.
      const MemberState& now = state.members[member];
      if ((event == "applied" && now.is_new) || (event == "removed" && is_leaving(now.phase))) add(next, state);
      for (const Step& step : model_.steps(state)) {
        if (sight_of(state, step, member) == event) add(next, step.after);
      }
    }
    if (next.empty()) return false;
    states_ = std::move(next);
    return true;
  }

  [[nodiscard]] std::set<std::string> possible() const {
    std::set<std::string> found;
    for (const auto& [key, state] : states_) {
      for (const Step& step : model_.steps(state)) {
        for (const std::size_t member : every_member()) {
          const std::string_view sight = sight_of(state, step, member);
          if (!sight.empty()) found.insert(fmt::format("{} {}", rollout_.members[member].name, sight));
        }
      }
    }
    return found;
  }
  [[nodiscard]] std::size_t states() const noexcept { return most_states_; }

 private:
  [[nodiscard]] std::vector<std::size_t> every_member() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < rollout_.members.size(); ++i) all.push_back(i);
    return all;
  }

  static bool add(States& states, State state) {
    std::string key = state.key();
    return states.emplace(std::move(key), std::move(state)).second;
  }

  void let_hidden_steps_happen() {
    std::vector<State> waiting;
    for (const auto& [key, state] : states_) waiting.push_back(state);
    while (!waiting.empty()) {
      const State state = std::move(waiting.back());
      waiting.pop_back();
      for (const Step& step : model_.steps(state)) {
        bool is_hidden = true;
        for (const std::size_t member : every_member()) is_hidden = is_hidden && sight_of(state, step, member).empty();
        if (is_hidden && add(states_, step.after)) waiting.push_back(step.after);
      }
    }
    most_states_ = std::max(most_states_, states_.size());
  }

  const Rollout& rollout_;
  Model model_;
  States states_;
  std::size_t most_states_ = 0;
};

HealthCheck check_of(const std::string& word) {
  static const std::map<std::string, HealthCheck> checks{
      {"none", HealthCheck::None}, {"documented", HealthCheck::Documented}, {"bundle", HealthCheck::Bundle}};
  return checks.at(word);
}

Value replay(const Value& input) {
  const FileTree bundle = read_folder(input.text_or("bundle", ""));
  const std::string from = input.text_or("from", "");
  FileTree old;
  if (!from.empty()) old = read_folder(from);
  const Rollout rollout = make_rollouts(bundle, from.empty() ? nullptr : &old).front();
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < rollout.members.size(); ++i) places[rollout.members[i].name] = i;

  Replay replay(rollout, check_of(input.text_or("check", "")));
  Value result = Value::map({{"allowed", true}});
  std::uint64_t index = 0;
  for (const Value& event : input.find("events")->items()) {
    if (!replay.follow(event.text_or("event", ""), places.at(event.text_or("application", "")))) {
      Value possible = Value::list();
      for (const std::string& one : replay.possible()) possible.push_back(one);
      result = Value::map({{"allowed", false}, {"at", index}, {"possible", std::move(possible)}});
      break;
    }
    ++index;
  }
  result.set("states", std::uint64_t{replay.states()});
  return result;
}

}  // namespace
}  // namespace waybill::argocd

int main() {
  try {
    const std::string input((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    std::cout << waybill::json::write_pretty(waybill::argocd::replay(waybill::json::parse(input, "standard input")));
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << "rig_replay: " << problem.what() << '\n';
    return 1;
  }
}
