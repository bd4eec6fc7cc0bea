#pragma once
// What a simulation is about: the Applications below a root, what becomes of each, and what each needs. Made from
// bundles as they lie there, so that a wave that was written wrongly is seen as it is (docs/simulate.md).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "argocd/render.h"
#include "core/file_tree.h"

namespace waybill::argocd {

enum class Fate : std::uint8_t { Created, Changed, Kept, Removed };

struct Member {
  std::string name;  // of the Application
  std::string component;
  Fate fate = Fate::Created;
  std::int64_t wave = 0;
  bool follows_branch = false;   // its source names something that moves, so it changes without its root
  bool has_finalizer = true;     // without it, what the Application made stays when it is deleted
  bool syncs_itself = true;      // automated; without it, nobody begins its sync
  bool retries_for_ever = true;  // or it gives up a revision after some tries
  // By index, each without repetition. Before it starts these have to be ready:
  std::vector<std::size_t> needs;
  // What it needed as the old bundle had it.
  std::vector<std::size_t> needed;
  // These bring the definitions of its objects' kinds.
  std::vector<std::size_t> definitions;
};

struct Rollout {
  std::string cluster;  // empty: the bundle's only one
  Ordering ordering = Ordering::Waves;
  bool deletes_in_order = true;  // RollingSync before Argo CD 3.2 does not
  std::vector<Member> members;   // in byte order of their names
  [[nodiscard]] std::size_t dependencies() const noexcept;
};

// One for each cluster of `bundle`. `from` is what is rolled out before; null: nothing. Throws InvalidInput for trees
// that are no bundles for Argo CD.
[[nodiscard]] std::vector<Rollout> make_rollouts(const FileTree& bundle, const FileTree* from = nullptr);

// The same Applications again, every one changed: any upgrade that keeps the components.
[[nodiscard]] Rollout every_change(Rollout rollout);

// Whether the bundle's own patch of argocd-cm has a health check of Applications.
[[nodiscard]] bool brings_health_check(const FileTree& bundle);

// A branch, a range of versions, no revision at all: what can mean something else tomorrow. A full commit id, a digest,
// a version and a tag that looks like one do not.
[[nodiscard]] bool is_moving(std::string_view revision);

}  // namespace waybill::argocd
