#pragma once
// Where pods may run, as the user says it for a whole bundle, and what that sets on each component: the registry knows
// the paths (spec: bundle 1.3, 1.6 and 1.7). Nothing is set that was not asked for.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "generator/registry.h"
#include "generator/value_override.h"

namespace waybill {

using Labels = std::map<std::string, std::string, std::less<>>;

// "key=value" each, or several of them with commas between, which no label holds. Throws InvalidInput, naming `flag`,
// for what Kubernetes would not take as a label, and for two values of one key.
[[nodiscard]] Labels parse_labels(const std::vector<std::string>& texts, std::string_view flag);

// A taint of a node, or what tolerates it.
struct Taint {
  std::string key;     // empty, in a toleration: every key
  std::string value;   // empty: every value
  std::string effect;  // NoSchedule, PreferNoSchedule or NoExecute

  // "key=value:Effect" or "key:Effect".
  [[nodiscard]] std::string text() const;
  // {effect, key?, operator: Exists} or {effect, key, operator: Equal, value}.
  [[nodiscard]] Value toleration() const;
  bool operator==(const Taint&) const = default;
};

// "key=value:Effect" or "key:Effect" each, or several of them with commas between. A key alone and ":Effect", for every
// taint of that effect, tolerate any value. Throws InvalidInput, naming `flag`.
[[nodiscard]] std::vector<Taint> parse_tolerations(const std::vector<std::string>& texts, std::string_view flag);
// One taint with a key. Throws InvalidInput, naming `flag`.
[[nodiscard]] Taint parse_taint(std::string_view text, std::string_view flag);

inline constexpr std::string_view kSystemSelectorFlag = "--system-node-selector";
inline constexpr std::string_view kSystemTolerationFlag = "--system-node-toleration";
inline constexpr std::string_view kAcceleratedSelectorFlag = "--accelerated-node-selector";
inline constexpr std::string_view kAcceleratedTolerationFlag = "--accelerated-node-toleration";
inline constexpr std::string_view kWorkloadSelectorFlag = "--workload-selector";
inline constexpr std::string_view kWorkloadGateFlag = "--workload-gate";
inline constexpr std::string_view kNodesFlag = "--nodes";

struct Scheduling {
  Labels system_selector;
  std::vector<Taint> system_tolerations;
  Labels accelerated_selector;
  std::vector<Taint> accelerated_tolerations;
  Labels workload_selector;            // of the pods that do the cluster's work
  std::optional<Taint> workload_gate;  // what keeps them from a node that is not ready
  std::int64_t nodes = 0;              // how many there will be; 0: not said
};

// What this sets on a component, in aicr's order, a later one over an earlier one; but a list of tolerations that is of
// both classes gets those of both. Throws InvalidInput for a path of the registry that is none.
[[nodiscard]] std::vector<ValueOverride> scheduling_overrides(const Scheduling& scheduling, const RegistryEntry& entry);
// The flags that say something, in the same order.
[[nodiscard]] std::vector<std::string_view> flags_of(const Scheduling& scheduling);

}  // namespace waybill
