#pragma once
// The other way to keep the order: an ApplicationSet makes the Applications and syncs them step by step, the next step
// when all of the one before are healthy (spec: argocd-and-gitops 1.12). It orders changes too, without a health check
// for Applications, but has to be switched on in Argo CD and takes the syncs into its own hands.
//
// An Application stands whole in an element of a list, and a patch puts it over the template: nothing of it is read as
// a template.
#include <vector>

#include "argocd/application.h"
#include "core/value.h"

namespace waybill::argocd {

// `applications` of one cluster, each with its wave; a step is a wave. Not empty.
[[nodiscard]] Value application_set(const std::vector<Value>& applications, const ApplicationInput& input);

// The reverse: the Applications that a set makes. Throws InvalidInput, naming `file`, for another ApplicationSet.
[[nodiscard]] std::vector<Value> applications_of(const Value& application_set, const std::string& file);
// Whether the set deletes its Applications step by step, the last one first, and not all at once.
[[nodiscard]] bool deletes_in_reverse(const Value& application_set);

}  // namespace waybill::argocd
