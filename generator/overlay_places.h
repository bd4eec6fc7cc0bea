#pragma once
// Where in its file something of an overlay or of the registry stands, for findings. Overlays keep few places; the file
// is read again when somebody has a complaint.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/value.h"
#include "core/yaml/node.h"
#include "generator/layered_files.h"
#include "generator/overlay.h"

namespace waybill {

class OverlayPlaces {
 public:
  explicit OverlayPlaces(const LayeredFiles& files);

  // Of a field of `spec` or, with `inner`, of a field below it; the nearest that is there.
  [[nodiscard]] SourceLocation spec(const Overlay& overlay, std::string_view field, std::string_view inner = {});
  [[nodiscard]] SourceLocation constraint(const Overlay& overlay, std::string_view name, std::string_view field = {});
  // Of a component in an overlay, of a field of it, of an entry of that field's list; the nearest that is there.
  [[nodiscard]] SourceLocation component(const Overlay& overlay, std::string_view name, std::string_view field = {},
                                         std::string_view entry = {});
  // The same by the origin of a merged component's field; where a registry entry set it, that entry.
  [[nodiscard]] SourceLocation component(Mark origin, std::string_view name, std::string_view field,
                                         std::string_view entry = {});
  // The place of a node in the validation phase `phase`: field and entry of its list.
  [[nodiscard]] SourceLocation phase(const Overlay& overlay, std::string_view phase, std::string_view field,
                                     std::string_view entry = {});
  [[nodiscard]] SourceLocation registry_entry(Mark origin) const;

 private:
  // The document of an overlay; null when it cannot be read any more.
  [[nodiscard]] const yaml::Node* document(const std::string& display_name);
  [[nodiscard]] const yaml::Node* spec_of(const std::string& display_name);

  const LayeredFiles& files_;
  std::map<std::string, const LayeredFiles::File*, std::less<>> by_name_;
  std::map<std::string, yaml::Node, std::less<>> documents_;  // few
};

}  // namespace waybill
