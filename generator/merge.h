#pragma once
// Laying an overlay over a recipe (spec: recipe-engine 4.1, 4.2).
#include "generator/component.h"
#include "generator/overlay.h"
#include "generator/recipe.h"

namespace waybill {

// Constraints, components and validation of `overlay` over those of `recipe`; both lists have each name once and are
// sorted by it afterwards.
void merge(Recipe& recipe, const Overlay& overlay);

// Field by field; nothing can be reset to empty.
void merge(ComponentRef& component, const ComponentRef& over);

}  // namespace waybill
