#include "argocd/simulation/rollout.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "argocd/application.h"
#include "argocd/bundled_applications.h"
#include "argocd/placeholder.h"
#include "argocd/wave.h"
#include "core/error.h"
#include "core/semver.h"
#include "core/yaml/reader.h"
#include "generator/annotations.h"
#include "generator/group_kind.h"
#include "generator/recipe.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kRecipeFile = "recipe.yaml";

struct Kinds {
  std::set<GroupKind> defined;
  std::set<GroupKind> used;  // that no cluster has by itself
};

void look_at(const Value& object, Kinds& kinds) {
  const std::string kind = object.text_or("kind", "");
  if (const Value* items = object.find("items"); items != nullptr && items->is_list() && kind.ends_with("List")) {
    for (const Value& item : items->items()) look_at(item, kinds);
    return;
  }
  const std::string group = group_of(object.text_or("apiVersion", ""));
  if (!kind.empty() && !is_built_in(group)) kinds.used.insert({group, kind});
  const Value* spec = object.find("spec");
  const Value* names = spec == nullptr ? nullptr : spec->find("names");
  if (kind == "CustomResourceDefinition" && names != nullptr)
    kinds.defined.insert({spec->text_or("group", ""), names->text_or("kind", "")});
}

// Of each component's manifests.
std::map<std::string, Kinds> read_kinds(const FileTree& bundle) {
  static const RelPath folder = RelPath::parse("manifests");
  std::map<std::string, Kinds> kinds;
  for (const auto& [path, file] : bundle.files()) {
    if (!path.is_within(folder)) continue;
    const std::string component(RelPath::parse(path.parent()).file_name());
    for (const yaml::Node& node : yaml::parse_all(file.bytes, path.text())) look_at(node.to_value(), kinds[component]);
  }
  return kinds;
}

Recipe read_recipe(const FileTree& bundle) {
  static const RelPath file = RelPath::parse(kRecipeFile);
  if (!bundle.contains(file)) throw Error(ErrorCode::InvalidInput, "the bundle has no recipe.yaml");
  return parse_recipe(bundle.at(file).bytes, kRecipeFile);
}

// One cluster's Applications.
struct Side {
  std::map<std::string, BundledApplication> applications;   // by name
  std::map<std::string, std::set<std::string>> components;  // component to its Applications
  std::map<std::string, std::vector<std::string>> needs;    // component to components that have Applications
};

std::string component_of(const BundledApplication& application) {
  return application.text({"metadata", "labels", kComponentLabel});
}

// What a component waits for. A component without Applications stands for what it waits for itself.
void add_needs(const Recipe& recipe, const Side& side, const std::string& component, std::set<std::string>& seen,
               std::vector<std::string>& needs) {
  const ComponentRef* found = recipe.find(component);
  if (found == nullptr) return;
  for (const std::string& dependency : found->dependency_refs) {
    if (!seen.insert(dependency).second) continue;
    if (side.components.contains(dependency)) {
      needs.push_back(dependency);
    } else {
      add_needs(recipe, side, dependency, seen, needs);
    }
  }
}

Side read_side(const Recipe& recipe, const ClusterApplications& group) {
  Side side;
  for (const BundledApplication& application : group.applications) {
    const std::string name = application.text({"metadata", "name"});
    if (!side.applications.emplace(name, application).second)
      throw Error(ErrorCode::InvalidInput, fmt::format("two Applications have the name '{}'", name));
    side.components[component_of(application)].insert(name);
  }
  for (const auto& [component, applications] : side.components) {
    std::set<std::string> seen;
    add_needs(recipe, side, component, seen, side.needs[component]);
  }
  return side;
}

std::int64_t wave_of(const BundledApplication& application) {
  const std::string text = application.at({"metadata", "annotations"}).text_or(kSyncWave, "");
  if (text.empty()) return 0;
  const std::optional<int> wave = whole_number(text);
  if (!wave) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' has the sync wave '{}', which is no number", application.file, text));
  }
  return *wave;
}

bool reads_bundle(const BundledApplication& application) {
  return application.text({"spec", "source", "repoURL"}) == kRepoUrlWord;
}

// Its spec without what Argo CD does not compare. What reads the bundle follows its revision, so it always changes.
bool is_changed(const BundledApplication& before, const BundledApplication& after) {
  if (reads_bundle(after)) return true;
  const auto compared = [](const BundledApplication& application) {
    Value spec = application.at({"spec"});
    spec.erase("info");
    return spec;
  };
  return compared(before) != compared(after);
}

Member make_member(const std::string& name, const BundledApplication& application, Fate fate) {
  Member member;
  member.name = name;
  member.component = component_of(application);
  member.fate = fate;
  member.wave = wave_of(application);
  const Value& source = application.at({"spec", "source"});
  member.follows_branch = !reads_bundle(application) && is_moving(source.text_or("targetRevision", ""));
  const Value* finalizers = application.at({"metadata"}).find("finalizers");
  member.has_finalizer = false;
  if (finalizers != nullptr && finalizers->is_list()) {
    for (const Value& finalizer : finalizers->items()) {
      if (finalizer.is_string() && finalizer.as_string().starts_with("resources-finalizer.argocd.argoproj.io"))
        member.has_finalizer = true;
    }
  }
  static const std::vector<std::string> kAutomated{"spec", "syncPolicy", "automated"};
  static const std::vector<std::string> kLimit{"spec", "syncPolicy", "retry", "limit"};
  const Value* automated = application.value.find_path(kAutomated);
  const Value* enabled = automated == nullptr ? nullptr : automated->find("enabled");
  member.syncs_itself =
      automated != nullptr && automated->is_map() && (enabled == nullptr || !enabled->is_bool() || enabled->as_bool());
  const Value* limit = application.value.find_path(kLimit);
  member.retries_for_ever = limit != nullptr && limit->is_int() && limit->as_int() < 0;
  return member;
}

class Builder {
 public:
  // `kinds`: of the manifests of `side`. `from`: null when nothing was there before.
  Builder(const Side& side, const std::map<std::string, Kinds>& kinds, const Side* from)
      : side_(side), kinds_(kinds), from_(from) {}

  Rollout build() {
    for (const auto& [name, application] : side_.applications) {
      Fate fate = Fate::Created;
      if (from_ != nullptr) {
        const auto before = from_->applications.find(name);
        if (before != from_->applications.end())
          fate = is_changed(before->second, application) ? Fate::Changed : Fate::Kept;
      }
      rollout_.members.push_back(make_member(name, application, fate));
    }
    if (from_ != nullptr) {
      for (const auto& [name, application] : from_->applications) {
        if (!side_.applications.contains(name))
          rollout_.members.push_back(make_member(name, application, Fate::Removed));
      }
    }
    std::sort(rollout_.members.begin(), rollout_.members.end(),
              [](const Member& left, const Member& right) { return left.name < right.name; });
    for (std::size_t i = 0; i < rollout_.members.size(); ++i) index_[rollout_.members[i].name] = i;
    for (Member& member : rollout_.members) {
      if (member.fate != Fate::Removed) {
        member.needs = needs_in(side_, member.name);
        member.definitions = definitions_of(member);
      }
      if (member.fate != Fate::Created) member.needed = needs_in(*from_, member.name);
    }
    return std::move(rollout_);
  }

 private:
  // All Applications of the components that its component waits for, and those of its own component in an earlier wave.
  // An Application of the same name may have belonged to another component before.
  [[nodiscard]] std::vector<std::size_t> needs_in(const Side& side, const std::string& application) const {
    const BundledApplication& self = side.applications.at(application);
    const std::string own = component_of(self);
    std::set<std::size_t> needs;
    for (const std::string& component : side.needs.at(own)) {
      for (const std::string& name : side.components.at(component)) needs.insert(index_.at(name));
    }
    for (const std::string& name : side.components.at(own)) {
      if (wave_of(side.applications.at(name)) < wave_of(self)) needs.insert(index_.at(name));
    }
    return {needs.begin(), needs.end()};
  }

  // Only of manifests: what a chart defines is known to nobody before it is rendered.
  [[nodiscard]] std::vector<std::size_t> definitions_of(const Member& member) const {
    const auto own = kinds_.find(member.component);
    if (own == kinds_.end() || !reads_bundle(side_.applications.at(member.name))) return {};
    std::set<std::size_t> found;
    for (const GroupKind& kind : own->second.used) {
      if (own->second.defined.contains(kind)) continue;
      for (const auto& [component, kinds] : kinds_) {
        const auto applications = side_.components.find(component);
        if (!kinds.defined.contains(kind) || applications == side_.components.end()) continue;
        for (const std::string& name : applications->second) {
          if (reads_bundle(side_.applications.at(name))) found.insert(index_.at(name));
        }
      }
    }
    return {found.begin(), found.end()};
  }

  const Side& side_;
  const std::map<std::string, Kinds>& kinds_;
  const Side* from_;
  std::map<std::string, std::size_t> index_;
  Rollout rollout_;
};

}  // namespace

std::size_t Rollout::dependencies() const noexcept {
  std::size_t count = 0;
  for (const Member& member : members) count += member.needs.size();
  return count;
}

bool is_moving(std::string_view revision) {
  constexpr std::size_t kCommit = 40;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (revision.size() == kCommit && std::all_of(revision.begin(), revision.end(), is_hex)) return false;
  if (revision.starts_with("sha256:")) return false;
  if (revision.starts_with("refs/tags/")) revision.remove_prefix(std::string_view("refs/tags/").size());
  // v1.2.3, 1.2, 25.10.1-rc.1: a version that is written out. Whether another word is a tag or a branch is not known.
  const std::size_t digit = revision.find_first_of("0123456789");
  if (digit == std::string_view::npos || revision.find_first_of("*^~<>=|, ") != std::string_view::npos) return true;
  if (SemVer::try_parse(revision)) return false;
  const bool is_tag = digit == 0 || (digit == 1 && revision.front() == 'v');
  return !is_tag || revision.ends_with(".x") || revision.find(".x.") != std::string_view::npos ||
         revision.find('.') == std::string_view::npos;
}

bool brings_health_check(const FileTree& bundle) {
  static const RelPath path = RelPath::parse("bootstrap/argocd-cm-patch.yaml");
  if (!bundle.contains(path)) return false;
  const Value patch = yaml::parse(bundle.at(path).bytes, path.text()).to_value();
  const Value* data = patch.find("data");
  return data != nullptr && data->find("resource.customizations.health.argoproj.io_Application") != nullptr;
}

std::vector<Rollout> make_rollouts(const FileTree& bundle, const FileTree* from) {
  const std::vector<ClusterApplications> groups = read_applications(bundle);
  const Recipe recipe = read_recipe(bundle);
  const std::map<std::string, Kinds> kinds = read_kinds(bundle);
  std::map<std::string, Side> before;  // by cluster
  if (from != nullptr) {
    const Recipe old_recipe = read_recipe(*from);
    for (const ClusterApplications& group : read_applications(*from))
      before.emplace(group.cluster, read_side(old_recipe, group));
  }
  std::vector<Rollout> rollouts;
  for (const ClusterApplications& group : groups) {
    const auto old = before.find(group.cluster);
    const Side side = read_side(recipe, group);
    Rollout rollout = Builder(side, kinds, old == before.end() ? nullptr : &old->second).build();
    rollout.cluster = group.cluster;
    rollout.ordering = group.has_application_set ? Ordering::RollingSync : Ordering::Waves;
    rollout.deletes_in_order = group.deletes_in_order;
    rollouts.push_back(std::move(rollout));
  }
  return rollouts;
}

Rollout every_change(Rollout rollout) {
  std::erase_if(rollout.members, [](const Member& member) { return member.fate == Fate::Removed; });
  for (Member& member : rollout.members) {
    member.fate = Fate::Changed;
    member.needed = member.needs;
  }
  return rollout;
}

}  // namespace waybill::argocd
