#include "generator/snapshot.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "generator/document_parser.h"
#include "generator/document_reader.h"

namespace waybill {
namespace {

constexpr std::string_view kSnapshotKind = "Snapshot";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// Tells the criteria from the readings; what comes later overwrites.
class Detector {
 public:
  explicit Detector(const UsedValues& used_values) : used_values_(used_values) {}

  void look_at(const Measurement& measurement, const Subtype& subtype) {
    if (measurement.type == "K8s" && subtype.name == "server") {
      take(Dimension::Service, reading(subtype, "service"));
      look_at_version(reading(subtype, "version"));
    } else if (measurement.type == "GPU" && (subtype.name == "smi" || subtype.name == "device")) {
      look_at_model(reading(subtype, "gpu.model"));
      if (criteria_.is_any(Dimension::Accelerator)) look_at_model(reading(subtype, "model"));
    } else if (measurement.type == "OS" && subtype.name == "release") {
      take(Dimension::Os, reading(subtype, "ID"));
    }
  }

  [[nodiscard]] const Criteria& criteria() const noexcept { return criteria_; }

 private:
  static const std::string* reading(const Subtype& subtype, std::string_view key) noexcept {
    const auto found = subtype.readings.find(key);
    return found == subtype.readings.end() ? nullptr : &found->second;
  }

  // A word that is no value of the dimension changes nothing.
  void take(Dimension dimension, const std::string* word) {
    if (word == nullptr) return;
    try {
      criteria_.set(dimension, *word, used_values_ ? used_values_(dimension) : std::vector<std::string>());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
    }
  }

  // Managed services put their name into the version: v1.33.5-eks-3025e55.
  void look_at_version(const std::string* version) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kMarks{
        {{"-eks-", "eks"}, {"-gke", "gke"}, {"-aks", "aks"}}};
    if (version == nullptr) return;
    for (const auto& [mark, service] : kMarks) {
      if (version->find(mark) == std::string::npos) continue;
      criteria_.set(Dimension::Service, service);
      return;
    }
  }

  void look_at_model(const std::string* model) {
    // In this order: "GB200" contains "b200", "L40S" contains "l40".
    static constexpr std::array<std::string_view, 5> kModels{"gb200", "b200", "h100", "a100", "l40"};
    if (model == nullptr) return;
    const std::string words = lower(*model);
    for (const std::string_view name : kModels) {
      if (words.find(name) == std::string::npos) continue;
      criteria_.set(Dimension::Accelerator, name);
      return;
    }
  }

  const UsedValues& used_values_;
  Criteria criteria_;
};

class SnapshotReader {
 public:
  SnapshotReader(const yaml::Node& root, bool json, const ReadContext& context)
      : root_(root), json_(json), context_(context) {}

  std::vector<Measurement> read() {
    std::vector<Measurement> measurements;
    if (root_.is_null()) context_.error(root_, "missing-field", "the snapshot is empty");
    MapReader top(root_, "the snapshot", context_);
    if (const std::string kind = top.text("kind"); !kind.empty() && kind != kSnapshotKind) {
      context_.error(*top.find("kind"), "bad-value", fmt::format("this is a {} and no snapshot", kind),
                     fmt::format("a snapshot has the kind {}", kSnapshotKind));
    } else if (kind.empty() && root_.kind == yaml::Kind::Map && top.find("measurements") == nullptr) {
      context_.error(root_, "missing-field", "this is no snapshot: it has neither 'kind' nor 'measurements'");
    }
    top.ignore("apiVersion");
    top.ignore("metadata");
    if (const yaml::Node* list = top.list("measurements")) {
      for (const yaml::Node& item : list->items) {
        if (!item.is_null()) measurements.push_back(read_measurement(item));
      }
    }
    top.finish();
    return measurements;
  }

 private:
  Measurement read_measurement(const yaml::Node& node) {
    MapReader fields(node, "the measurement", context_);
    Measurement measurement;
    measurement.type = fields.text("type");
    if (const yaml::Node* list = fields.list("subtypes")) {
      for (const yaml::Node& item : list->items) {
        if (!item.is_null()) measurement.subtypes.push_back(read_subtype(item));
      }
    }
    fields.finish();
    return measurement;
  }

  Subtype read_subtype(const yaml::Node& node) {
    MapReader fields(node, "the subtype", context_);
    Subtype subtype;
    subtype.name = fields.text("subtype");
    fields.ignore("context");
    if (const yaml::Node* data = fields.map("data")) {
      for (const auto& [key, value] : data->members) subtype.readings.insert_or_assign(key.text, text_of(value));
    }
    fields.finish();
    return subtype;
  }

  // A reading as constraints see it (spec: recipe-engine 9.2). JSON knows floats only.
  [[nodiscard]] std::string text_of(const yaml::Node& node) const {
    const Value value = node.to_value();
    if (value.is_string()) return value.as_string();
    if (value.is_null()) return "<nil>";
    if (value.is_bool()) return value.as_bool() ? "true" : "false";
    if (value.is_double() || (json_ && value.is_int())) return reading_text(value.as_double());
    if (const auto* number = std::get_if<std::int64_t>(&value.data())) return std::to_string(*number);
    if (const auto* number = std::get_if<std::uint64_t>(&value.data())) return std::to_string(*number);
    return fmt::format("<{}>", value.kind_name());  // a list or mapping: aicr leaves its form open
  }

  const yaml::Node& root_;
  bool json_;
  const ReadContext& context_;
};

}  // namespace

Snapshot::Snapshot(std::vector<Measurement> measurements) noexcept : measurements_(std::move(measurements)) {}

Snapshot::Found Snapshot::find(std::string_view type, std::string_view subtype, std::string_view key) const noexcept {
  Found found;
  const auto measurement = std::find_if(measurements_.begin(), measurements_.end(),
                                        [&](const Measurement& candidate) { return candidate.type == type; });
  if (measurement == measurements_.end()) return found;
  found.measurement = &*measurement;
  const auto part = std::find_if(measurement->subtypes.begin(), measurement->subtypes.end(),
                                 [&](const Subtype& candidate) { return candidate.name == subtype; });
  if (part == measurement->subtypes.end()) return found;
  found.subtype = &*part;
  if (const auto reading = part->readings.find(key); reading != part->readings.end()) found.text = &reading->second;
  return found;
}

Criteria Snapshot::detected_criteria(const UsedValues& used_values) const {
  Detector detector(used_values);
  for (const Measurement& measurement : measurements_) {
    for (const Subtype& subtype : measurement.subtypes) detector.look_at(measurement, subtype);
  }
  return detector.criteria();
}

Snapshot parse_snapshot(std::string_view text, std::string_view name, Diagnostics& diagnostics) {
  const yaml::Node root = parse_document(text, name);
  const ReadContext context{std::string(name), 0, ReadContext::Doubts::Warning, diagnostics};
  std::vector<Measurement> measurements = SnapshotReader(root, is_json(text), context).read();
  diagnostics.throw_if_errors();
  return Snapshot(std::move(measurements));
}

std::string reading_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Inf" : "+Inf";
  std::array<char, 400> buffer{};
  const auto write = [&](std::chars_format format) {
    const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format);
    if (failure != std::errc{}) throw Error(ErrorCode::Internal, "a number could not be written");
    return std::string(buffer.data(), end);
  };
  std::string digits = write(std::chars_format::scientific);
  const std::size_t mark = digits.find('e');
  int exponent = 0;
  const char* first = digits.data() + mark + (digits[mark + 1] == '+' ? 2 : 1);
  std::from_chars(first, digits.data() + digits.size(), exponent);
  return exponent < -4 || exponent >= 6 ? digits : write(std::chars_format::fixed);
}

}  // namespace waybill
