#pragma once
// The two things that are called Kustomization: Flux's object, which applies a folder of a source, and Kustomize's
// file, which lists what of a folder is applied.
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "flux/step.h"

namespace waybill::flux {

// The object that applies a step. Its source is an OCIRepository, and its path begins with the variable of
// flux/objects.h: a root changes both for its place.
[[nodiscard]] Value step_kustomization(const Step& step, std::string_view recipe_digest);

// kustomization.yaml with these files, in this order.
[[nodiscard]] std::string file_list(const std::vector<std::string>& files);

}  // namespace waybill::flux
