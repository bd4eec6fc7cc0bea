#include "app/workflow/missing_manifests.h"

#include "oci/platform.h"

namespace waybill {

Value missing_manifests(const std::vector<oci::Descriptor>& missing) {
  Value list = Value::list();
  for (const oci::Descriptor& manifest : missing) {
    Value entry = Value::map({{"digest", manifest.digest.to_string()}});
    if (std::string platform = oci::platform_of(manifest); !platform.empty())
      entry.set("platform", std::move(platform));
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace waybill
