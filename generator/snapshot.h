#pragma once
// A snapshot: what was measured of a cluster (spec: recipe-engine 9.2, 9.3). Only what constraints and the detection of
// criteria ask for is kept: readings as texts, by type, subtype and key.
//
//   Diagnostics diagnostics;
//   const Snapshot snapshot = parse_snapshot(text, "snapshot.yaml", diagnostics);
//   const Reading reading = snapshot.find("K8s", "server", "version");
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "generator/criteria.h"

namespace waybill {

inline constexpr std::array<std::string_view, 5> kMeasurementTypes{"K8s", "GPU", "OS", "SystemD", "NodeTopology"};

struct Subtype {
  std::string name;
  std::map<std::string, std::string, std::less<>> readings;
};

struct Measurement {
  std::string type;
  std::vector<Subtype> subtypes;
};

class Snapshot {
 public:
  explicit Snapshot(std::vector<Measurement> measurements) noexcept;

  // Where a look-up ended: at the text, or at the first of the three names that is not there.
  struct Found {
    const Measurement* measurement = nullptr;  // the first of that type
    const Subtype* subtype = nullptr;          // in it, the first of that name
    const std::string* text = nullptr;
  };
  [[nodiscard]] Found find(std::string_view type, std::string_view subtype, std::string_view key) const noexcept;

  // Service, accelerator and operating system as far as they can be told; the rest stays "any".
  [[nodiscard]] Criteria detected_criteria(const UsedValues& used_values = {}) const;

  [[nodiscard]] const std::vector<Measurement>& measurements() const noexcept { return measurements_; }

 private:
  std::vector<Measurement> measurements_;
};

// Reads YAML, or JSON by its first character. Throws InvalidInput for a document of another kind (aicr would take it
// for a snapshot without readings) and with every wrong shape; what is odd but readable (unknown fields) goes to
// `diagnostics` as a warning. Null entries are passed over.
[[nodiscard]] Snapshot parse_snapshot(std::string_view text, std::string_view name, Diagnostics& diagnostics);

// A number as aicr writes readings and queried scalars (spec: recipe-engine B.3): shortest digits, plain from 1e-4 to
// below 1e6, with an exponent of at least two digits otherwise.
[[nodiscard]] std::string reading_text(double number);

}  // namespace waybill
