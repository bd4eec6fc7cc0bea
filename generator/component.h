#pragma once
// A component as a recipe names it (an entry of componentRefs).
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "generator/free_data.h"

namespace waybill {

// Of recipes, overlays and the registry alike.
inline constexpr std::string_view kRecipeApiVersion = "aicr.nvidia.com/v1alpha1";

inline constexpr std::string_view kHelm = "Helm";
inline constexpr std::string_view kKustomize = "Kustomize";

struct ExpectedResource {
  std::string kind;
  std::string name;
  std::string name_space;
  bool operator==(const ExpectedResource&) const = default;
};

// The fields of aicr's ComponentRef; empty text means "not set".
struct ComponentRef {
  std::string name;
  std::string name_space;
  std::string chart;
  std::string type;  // "Helm" or "Kustomize"
  std::string source;
  std::string version;
  std::string tag;   // Kustomize
  std::string path;  // Kustomize
  std::string values_file;
  Value overrides;                     // a map, or null
  std::set<DataPath> whole_overrides;  // as FreeData::whole
  std::vector<std::string> patches;
  std::vector<std::string> dependency_refs;
  std::vector<std::string> manifest_files;
  bool cleanup = false;
  std::vector<ExpectedResource> expected_resources;
  std::string health_check_asserts;
  // Where each field got its value, by the field's name in the document. The values inside `overrides` carry their own
  // marks.
  std::map<std::string, Mark, std::less<>> origins;

  [[nodiscard]] bool is_kustomize() const noexcept { return type == kKustomize; }
  // Nothing to fetch: only manifests.
  [[nodiscard]] bool is_manifest_only() const noexcept { return source.empty(); }
};

// The text fields with their names in the document: reading and merging treat them alike.
struct ComponentTextField {
  std::string_view name;
  std::string ComponentRef::*member;
};
inline constexpr std::array<ComponentTextField, 9> kComponentTextFields{
    {{"namespace", &ComponentRef::name_space},
     {"chart", &ComponentRef::chart},
     {"type", &ComponentRef::type},
     {"source", &ComponentRef::source},
     {"version", &ComponentRef::version},
     {"tag", &ComponentRef::tag},
     {"path", &ComponentRef::path},
     {"valuesFile", &ComponentRef::values_file},
     {"healthCheckAsserts", &ComponentRef::health_check_asserts}}};

}  // namespace waybill
