#include "flux/health.h"

#include "core/yaml/reader.h"
#include "flux/templates.h"

namespace waybill::flux {

Value health_checks(const std::optional<GroupKinds>& kinds) {
  static const Value known = yaml::parse(templates().front().text, templates().front().path).to_value();
  Value chosen = Value::list();
  for (const Value& check : known.items()) {
    const GroupKind kind{group_of(check.text_or("apiVersion", "")), check.text_or("kind", "")};
    if (!kinds || kinds->contains(kind)) chosen.push_back(check);
  }
  return chosen;
}

}  // namespace waybill::flux
