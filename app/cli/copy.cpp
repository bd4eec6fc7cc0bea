#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/copy_options.h"
#include "app/cli/copy_report.h"
#include "app/cli/key_options.h"
#include "app/cli/pack_options.h"
#include "app/cli/recipe_options.h"

namespace waybill::cli {

Command copy_command() {
  struct State {
    CopyRequest request;
    bool without_referrers = false;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "copy",
      .summary = "copy artifacts, images and charts with all that refers to them",
      .description =
          "Copies between any two of: a registry, an OCI layout, an OCI archive (written as .tar or .tar.zst), what "
          "docker save writes (read only) and, for bundles, a folder. No byte and no digest changes on the way. "
          "Signatures, attestations, SBOMs and whatever else refers to the artifact come along, also cosign's tags. "
          "What is there already is not copied again, so a copy that was interrupted is repeated as it is. The tag is "
          "set last; one that names something else is a conflict, seen before anything is written.\n\n"
          "An archive that is there is extended: it keeps what it has. Of an index all platforms are copied, or with "
          "--platform that image alone, which has a digest and signatures of its own. An index that names what its "
          "source does not have is copied as it is, if the target takes it; a warning and the result name what is "
          "missing, in JSON as 'missingManifests': a list of 'digest' and, where the index says it, 'platform'.\n\n"
          "Where somebody is named as trusted, the source is verified as 'waybill verify' does before anything is "
          "written: an artifact by what is attached to it, a bundle folder by the signature that lies in it.",
      .arguments = {{"SOURCE", &state->request.source,
                     "oci://…, oci-layout:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:TAG] or a bundle "
                     "folder",
                     true},
                    {"TARGET", &state->request.target,
                     "oci://…, oci-layout:FOLDER[:TAG], oci-archive:FILE[:TAG] or a folder to unpack a bundle into; "
                     "without a tag the source's",
                     true}},
      .options = {},
      .examples = {{"waybill copy oci://registry.example.com/gpu/bundle:v1 oci-archive:carry.tar",
                    "with its signatures into one file"},
                   {"waybill copy oci-archive:carry.tar oci://mirror.example.com/gpu/bundle",
                    "and out of it, under the same tag"},
                   {"waybill copy docker-archive:app.tar oci-layout:images:v1", "what docker save wrote"},
                   {"waybill copy oci://registry.example.com/app:v1 oci-layout:app --platform linux/arm64",
                    "one platform of several"}},
      .run = {}};
  command.option("--platform", &state->request.platform, "OS/ARCH[/VARIANT]",
                 "the image of an index for this platform alone");
  command.option("--no-referrers", &state->without_referrers, "",
                 "leave signatures, attestations and all else that refers to it behind");
  add_trust_options(command, state->request.trust);
  add_pack_options(command, state->request.pack);
  add_copy_options(command, state->request);
  command.option("--force", &state->request.force, "", "replace the folder that is there");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    state->request.referrers = !state->without_referrers;
    report(console, copy(state->request, process_services(console.reporter())), state->format);
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
