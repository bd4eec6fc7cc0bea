#pragma once
// A kind of Kubernetes objects with its API group, and what every cluster knows of the built-in ones.
#include <compare>
#include <set>
#include <string>
#include <string_view>

namespace waybill {

struct GroupKind {
  std::string group;  // empty: the core group
  std::string kind;
  auto operator<=>(const GroupKind&) const = default;
};
using GroupKinds = std::set<GroupKind>;

inline const GroupKind kEveryKind{"*", "*"};

// "Kind.group" as kubectl writes it, "Kind" for the core group, "*.*" for every kind.
[[nodiscard]] std::string to_string(const GroupKind& kind);
// The reverse. Throws InvalidInput.
[[nodiscard]] GroupKind parse_group_kind(std::string_view text);

// The group of an apiVersion such as "apps/v1" or "v1".
[[nodiscard]] std::string group_of(std::string_view api_version);
// Whether the API server itself serves the group; other groups need a CustomResourceDefinition or an APIService.
[[nodiscard]] bool is_built_in(std::string_view group) noexcept;
// Whether a kind of a built-in group has no namespace.
[[nodiscard]] bool is_built_in_cluster_kind(const GroupKind& kind);

}  // namespace waybill
