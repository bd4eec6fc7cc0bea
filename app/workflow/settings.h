#pragma once
// What the user sets on a recipe's components when it is bundled: as typed, then as the planner takes it and as
// bundle.json keeps it.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "generator/plan.h"

namespace waybill {

struct SettingsRequest {
  // component:path=value; see generator/value_override.h.
  std::vector<std::string> set;
  std::vector<std::string> set_string;
  std::vector<std::string> set_json;
  std::vector<std::string> set_file;       // component:path=FILE
  std::vector<std::string> set_file_text;  // component:path=TEXT, as bundle.json keeps what a file said
  // See generator/scheduling.h.
  std::vector<std::string> system_node_selector;
  std::vector<std::string> system_node_toleration;
  std::vector<std::string> accelerated_node_selector;
  std::vector<std::string> accelerated_node_toleration;
  std::vector<std::string> workload_selector;
  std::string workload_gate;
  std::string epoch;  // "[LINE:]NUMBER"; see workflow/epoch.h
};

inline constexpr std::string_view kNodesOption = "nodes";

struct Settings {
  PlanOptions plan;
  // What was chosen, by the flags' names in camel case, as a map: enough to choose it again. It names no file; a file's
  // text stands in place of its name.
  Value chosen = Value::map();
};

// Reads the files that are named. `nodes` is --nodes, 0 when it is not given. Throws InvalidInput for what is malformed
// and for a file that is larger than 1 MiB or no text; NotFound for one that is not there.
[[nodiscard]] Settings read_settings(const SettingsRequest& request, std::int64_t nodes);

// What was chosen, as it is kept: the reverse. Other options, which a deployer keeps, are passed over. Throws
// InvalidInput.
[[nodiscard]] SettingsRequest settings_request(const Value& chosen);
[[nodiscard]] std::int64_t chosen_nodes(const Value& chosen);  // 0: not chosen

}  // namespace waybill
