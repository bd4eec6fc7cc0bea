#pragma once
// A resolved recipe: which components, in which versions, with which overrides, in which order, under which
// constraints. The document is aicr's RecipeResult (apiVersion aicr.nvidia.com/v1alpha1) plus metadata.catalogue.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "generator/component.h"
#include "generator/criteria.h"
#include "generator/validation.h"

namespace waybill {

struct ConstraintWarning {
  std::string overlay;
  std::string constraint;
  std::string expected;
  std::string actual;
  std::string reason;
};

struct CatalogueId {
  std::string version;
  std::string digest;  // "sha256:…" over the catalogue's files
  bool operator==(const CatalogueId&) const = default;
};
// {"version", "digest"}, as every document names the catalogue that it comes from.
[[nodiscard]] Value to_value(const CatalogueId& catalogue);

struct Recipe {
  std::string version;  // metadata.version: of the program that resolved it
  std::vector<std::string> applied_overlays;
  std::vector<std::string> excluded_overlays;
  std::vector<ConstraintWarning> constraint_warnings;
  CatalogueId catalogue;
  Criteria criteria;
  std::vector<Constraint> constraints;
  std::vector<ComponentRef> components;  // each name once; as in the base's file, or sorted once an overlay is applied
  std::vector<std::string> deployment_order;
  std::optional<Validation> validation;

  [[nodiscard]] const ComponentRef* find(std::string_view component) const noexcept;
};

inline constexpr std::string_view kRecipeKind = "RecipeResult";

// The document, fields in aicr's order (spec: recipe document), free maps sorted.
[[nodiscard]] Value to_value(const Recipe& recipe);
// Parts of it: an entry of componentRefs and of constraints, a phase of the validation.
[[nodiscard]] Value to_value(const ComponentRef& component);
[[nodiscard]] Value to_value(const Constraint& constraint);
[[nodiscard]] Value to_value(const ValidationPhase& phase);
// sha256 of the document as canonical JSON without metadata.version (the program's version does not change what is
// deployed).
[[nodiscard]] Digest digest(const Recipe& recipe);

// Reads a recipe file (YAML or JSON by its first character) strictly: every unknown field, wrong type, missing
// dependency, cycle, unsafe name (RFC 1123), bad URL or version is a diagnostic with file, line, column and the nearest
// right word. Throws InvalidInput with all of them. A missing deploymentOrder is computed; one that contradicts the
// dependencies is an error. `used_values` tells which values of a dimension the catalogue knows besides those built in
// (Catalogue::used_values); without it only the form of a value is checked.
[[nodiscard]] Recipe parse_recipe(std::string_view text, std::string_view name, const UsedValues& used_values = {});

}  // namespace waybill
