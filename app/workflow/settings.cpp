#include "app/workflow/settings.h"

#include <fmt/core.h>

#include <utility>

#include "app/workflow/epoch.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/file_system.h"

namespace waybill {
namespace {

// A cluster keeps no object of more than 1.5 MiB.
constexpr std::uint64_t kLargestValue = 1ULL << 20;

std::string read_value(const std::string& path) {
  const std::string_view flag = flag_of(Setter::SetFile);
  if (path.empty() || path == "-")
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no file of {}", path, flag))
        .hint("the form is component:path.to.field=FILE");
  std::string text =
      with_context([&] { return fmt::format("named by {}", flag); }, [&] { return read_file(path, kLargestValue); });
  if (!is_utf8(text) || text.find('\0') != std::string::npos)
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' of {} is no text in UTF-8", path, flag))
        .hint("encode it as the chart expects, for example with base64");
  return text;
}

class Reader {
 public:
  enum class Files : bool { Named, Within };
  void read(const std::vector<std::string>& texts, Setter setter, std::string_view option, Files files = Files::Named) {
    if (texts.empty()) return;
    Value list = Value::list();
    for (const std::string& text : texts) {
      std::vector<ValueOverride> changes = parse_overrides(text, setter);
      std::string kept = text;
      if (setter == Setter::SetFile && files == Files::Named) {
        Value& value = changes.front().value;
        const std::string file = value.as_string();
        value = read_value(file);
        kept = text.substr(0, text.size() - file.size()) + value.as_string();
      }
      list.push_back(std::move(kept));
      for (ValueOverride& change : changes) settings.plan.overrides.push_back(std::move(change));
    }
    keep(option, std::move(list));
  }

  Labels read_labels(const std::vector<std::string>& texts, std::string_view flag, std::string_view option) {
    Labels labels = parse_labels(texts, flag);
    Value map = Value::map();
    for (const auto& [key, value] : labels) map.set(key, value);
    keep(option, std::move(map));
    return labels;
  }

  std::vector<Taint> read_tolerations(const std::vector<std::string>& texts, std::string_view flag,
                                      std::string_view option) {
    std::vector<Taint> tolerations = parse_tolerations(texts, flag);
    Value list = Value::list();
    for (const Taint& taint : tolerations) list.push_back(taint.text());
    keep(option, std::move(list));
    return tolerations;
  }

  void keep(std::string_view option, Value value) {
    const bool is_empty = (value.is_list() && value.items().empty()) || (value.is_map() && value.members().empty());
    if (!is_empty) settings.chosen.set(option, std::move(value));
  }

  Settings settings;
};

}  // namespace

namespace {

// The texts of a list; those of a map as "key=value".
std::vector<std::string> texts_of(const Value& chosen, std::string_view option) {
  std::vector<std::string> texts;
  const Value* value = chosen.find(option);
  if (value == nullptr) return texts;
  const auto text_of = [&](const Value& item) {
    if (!item.is_string()) throw Error(ErrorCode::InvalidInput, fmt::format("the option '{}' holds no texts", option));
    return item.as_string();
  };
  if (value->is_map()) {
    for (const Value::Member& member : value->members()) texts.push_back(member.key + "=" + text_of(member.value));
  } else if (value->is_list()) {
    for (const Value& item : value->items()) texts.push_back(text_of(item));
  } else {
    throw Error(ErrorCode::InvalidInput, fmt::format("the option '{}' is neither a list nor a map", option));
  }
  return texts;
}

// As it is written on the command line.
std::string epoch_word(const Value& chosen) {
  const Value* epoch = chosen.find(kEpochOption);
  const Value* number = epoch == nullptr ? nullptr : epoch->find("number");
  if (number == nullptr || !number->is_int()) return {};
  return fmt::format("{}:{}", epoch->text_or("line", kDefaultLine), number->as_int());
}

}  // namespace

SettingsRequest settings_request(const Value& chosen) {
  return {.set = texts_of(chosen, "set"),
          .set_string = texts_of(chosen, "setString"),
          .set_json = texts_of(chosen, "setJson"),
          .set_file = {},
          .set_file_text = texts_of(chosen, "setFile"),
          .system_node_selector = texts_of(chosen, "systemNodeSelector"),
          .system_node_toleration = texts_of(chosen, "systemNodeToleration"),
          .accelerated_node_selector = texts_of(chosen, "acceleratedNodeSelector"),
          .accelerated_node_toleration = texts_of(chosen, "acceleratedNodeToleration"),
          .workload_selector = texts_of(chosen, "workloadSelector"),
          .workload_gate = chosen.text_or("workloadGate", ""),
          .epoch = epoch_word(chosen)};
}

std::int64_t chosen_nodes(const Value& chosen) {
  const Value* nodes = chosen.find(kNodesOption);
  return nodes != nullptr && nodes->is_int() ? nodes->as_int() : 0;
}

Settings read_settings(const SettingsRequest& request, std::int64_t nodes) {
  Reader reader;
  reader.read(request.set_json, Setter::SetJson, "setJson");
  reader.read(request.set, Setter::Set, "set");
  reader.read(request.set_string, Setter::SetString, "setString");
  reader.read(request.set_file, Setter::SetFile, "setFile");
  reader.read(request.set_file_text, Setter::SetFile, "setFile", Reader::Files::Within);
  Scheduling& scheduling = reader.settings.plan.scheduling;
  scheduling.system_selector =
      reader.read_labels(request.system_node_selector, kSystemSelectorFlag, "systemNodeSelector");
  scheduling.system_tolerations =
      reader.read_tolerations(request.system_node_toleration, kSystemTolerationFlag, "systemNodeToleration");
  scheduling.accelerated_selector =
      reader.read_labels(request.accelerated_node_selector, kAcceleratedSelectorFlag, "acceleratedNodeSelector");
  scheduling.accelerated_tolerations = reader.read_tolerations(request.accelerated_node_toleration,
                                                               kAcceleratedTolerationFlag, "acceleratedNodeToleration");
  scheduling.workload_selector =
      reader.read_labels(request.workload_selector, kWorkloadSelectorFlag, "workloadSelector");
  if (!request.workload_gate.empty()) {
    scheduling.workload_gate = parse_taint(request.workload_gate, kWorkloadGateFlag);
    reader.keep("workloadGate", scheduling.workload_gate->text());
  }
  if (nodes != 0) {
    Criteria().set_nodes(nodes);  // refuses what is no number of nodes
    scheduling.nodes = nodes;
    reader.keep(kNodesOption, nodes);
  }
  if (!request.epoch.empty()) reader.keep(kEpochOption, to_value(parse_epoch(request.epoch)));
  return std::move(reader.settings);
}

}  // namespace waybill
