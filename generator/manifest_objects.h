#pragma once
// The objects in a component's rendered manifests, as a deployer sorts them: what each is, whether it is a hook, and
// whether its kind is there before the component's chart. Tests and rollbacks are left out.
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/file_tree.h"
#include "core/value.h"
#include "generator/group_kind.h"
#include "generator/manifest_hook.h"

namespace waybill {

// Where a component's manifests stand to its chart.
enum class ManifestPlacement : std::uint8_t {
  Before,  // only kinds that every cluster has, and definitions: the chart may need them
  With,    // both kinds: applied together with the chart, retried until its definitions are there
  After,   // only custom resources: the chart brings their definitions
};

struct ManifestFile {
  RelPath path;
  std::string bytes;           // as rendered
  std::list<Value> documents;  // objects point into them
  bool changed = false;        // since it was rendered
  [[nodiscard]] std::string written() const;
};

struct ManifestObject {
  Value* value;
  SourceLocation location;
  ManifestFile* file;
  ManifestHook hook;
  GroupKind kind;
  std::string name_space;  // that it names itself
  // No namespace, or not known: its kind is neither built in nor defined among these manifests.
  bool is_namespaced = false;
  // Neither built in nor defined among these manifests: something else has to define it first.
  bool is_custom = false;
  [[nodiscard]] bool is_definition() const { return kind.kind == "CustomResourceDefinition"; }
};

struct ManifestObjects {
  std::deque<ManifestFile> files;  // by path
  std::vector<ManifestObject> objects;
  // As their kinds and hooks say; objects that belong to a removal do not count.
  ManifestPlacement placement = ManifestPlacement::Before;

  ManifestObjects() = default;
  ManifestObjects(ManifestObjects&&) = default;  // the objects' pointers stay valid
  ManifestObjects& operator=(ManifestObjects&&) = default;
};

// `component` is for messages. Throws InvalidInput, with file and line, for text that is no YAML, documents that are no
// Kubernetes objects, file names that a deployer would not read or would take for a chart, and malformed hooks.
[[nodiscard]] ManifestObjects read_manifest_objects(const FileTree& rendered, const std::string& component);

}  // namespace waybill
