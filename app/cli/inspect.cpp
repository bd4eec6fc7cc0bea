#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/printable.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "app/workflow/inspect.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

constexpr std::size_t kMostParts = 40;

std::string title_of(const oci::Descriptor& descriptor) {
  const auto found = descriptor.annotations.find("org.opencontainers.image.title");
  return found == descriptor.annotations.end() ? std::string() : printable(found->second);
}

void add_parts(Rows& rows, const Inspection& inspection) {
  const bool is_index = inspection.kind == ArtifactKind::Index;
  for (std::size_t i = 0; i < inspection.parts.size() && i < kMostParts; ++i) {
    const InspectedPart& part = inspection.parts[i];
    const std::string more = is_index ? part.platform : title_of(part.descriptor);
    rows.push_back({"  " + part.descriptor.digest.to_string(), human_size(part.descriptor.size),
                    printable(part.descriptor.media_type), printable(more)});
  }
}

std::string text_of(const Inspection& inspection, bool color) {
  Rows head{{"kind", std::string(name_of(inspection.kind))}};
  if (!inspection.title.empty()) head.push_back({"chart", printable(inspection.title)});
  if (!inspection.tag.empty()) head.push_back({"tag", inspection.tag});
  head.push_back({"digest", inspection.artifact.digest.to_string()});
  head.push_back({"media type", inspection.artifact.media_type});
  // Of an image that is only its config's type.
  if (!inspection.artifact_type.empty() && inspection.kind != ArtifactKind::Image)
    head.push_back({"artifact type", printable(inspection.artifact_type)});
  if (!inspection.platform.empty()) head.push_back({"platform", printable(inspection.platform)});
  head.push_back({"manifest", human_size(inspection.artifact.size)});
  std::string text = columns(head, 200);
  if (!inspection.annotations.empty()) {
    text += styled("annotations", Style::Bold, color) + "\n";
    Rows rows;
    for (const auto& [key, value] : inspection.annotations)
      rows.push_back({"  " + printable(key), one_line(Value(printable(value)), 100)});
    text += columns(rows);
  }
  const bool is_index = inspection.kind == ArtifactKind::Index;
  const std::string what =
      is_index ? fmt::format("{}", counted(inspection.parts.size(), "manifest"))
               : fmt::format("{}, {}", counted(inspection.parts.size(), "layer"), human_size(inspection.parts_size));
  text += styled(what, Style::Bold, color) + "\n";
  Rows parts;
  add_parts(parts, inspection);
  text += columns(parts, 80);
  if (inspection.parts.size() > kMostParts)
    text += fmt::format("  and {} more\n", inspection.parts.size() - kMostParts);
  text += styled(counted(inspection.referrers.size(), "referrer"), Style::Bold, color) + "\n";
  Rows referrers;
  for (const oci::Descriptor& referrer : inspection.referrers)
    referrers.push_back({"  " + referrer.digest.to_string(), printable(referrer.artifact_type)});
  text += columns(referrers, 80);
  for (const std::string& tag : inspection.cosign_tags) text += fmt::format("  tag {}\n", tag);
  return text;
}

}  // namespace

Command inspect_command() {
  struct State {
    InspectRequest request;
    bool raw = false;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "inspect",
      .summary = "show what an artifact or image is, and what refers to it",
      .description =
          "Shows whether the target is a bundle, an image, an index of images, a Helm chart or another artifact, its "
          "digest, its layers and their sizes, and its signatures, attestations and other referrers. A bundle folder "
          "is shown as the artifact that it would be.",
      .arguments = {{"TARGET", &state->request.target,
                     "oci://…, oci-layout:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:TAG] or a bundle "
                     "folder",
                     true}},
      .options = {},
      .examples = {{"waybill inspect oci://registry.example.com/gpu/bundle:v1", "for people"},
                   {"waybill inspect oci-archive:carry.tar --format json", "for scripts"},
                   {"waybill inspect oci://registry.example.com/app:v1 --raw", "the manifest's own bytes"}},
      .run = {}};
  command.option("--platform", &state->request.platform, "OS/ARCH[/VARIANT]",
                 "the image of an index for this platform");
  command.option("--raw", &state->raw, "", "print the manifest's own bytes and nothing else");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const Inspection inspection = inspect(state->request, process_services(console.reporter()));
    if (state->raw) {
      console.out(inspection.manifest);
    } else if (state->format == "json") {
      console.out(json::write_pretty(to_value(inspection)));
    } else {
      console.out(text_of(inspection, console.colors({})));
    }
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
