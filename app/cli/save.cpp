#include "app/workflow/save.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string text_of(const SaveResult& result) {
  std::string text = fmt::format("set     {}\n", result.set.short_id());
  for (const SavedArtifact& artifact : result.artifacts)
    text += fmt::format("saved   {} {}\n", artifact.source, artifact.digest);
  if (result.held_blobs != 0)
    text += fmt::format("left    {}, {}, which the receipt lists\n", counted(result.held_blobs, "blob"),
                        human_size(result.held_bytes));
  if (!result.missing.empty()) text += fmt::format("missing {}\n", oci::missing_text(result.missing));
  Rows rows;
  for (const oci::WrittenPart& written : result.parts)
    rows.push_back({"part    " + written.part.file_name(), human_size(oci::part_file_size(written.part))});
  return text + columns(rows);
}

}  // namespace

Command save_command() {
  struct State {
    SaveRequest request;
    bool without_referrers = false;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "save",
      .summary = "write artifacts as one archive or as parts that are carried",
      .description =
          "Writes artifacts, with everything that refers to them, into a folder: as one OCI archive, which skopeo, "
          "oras and docker read as well, or, where that would be larger than --part-size, as numbered parts. Every "
          "part tells what it belongs to and the hash of each of its MiB; 'waybill load' takes them in any order. The "
          "same artifacts give the same bytes. The files get their names together, when all are written; a run that "
          "was interrupted is repeated as it is.\n\n"
          "What an index names and its source does not have cannot be carried; a warning and the result name it, in "
          "JSON as 'missingManifests': a list of 'digest' and, where the index says it, 'platform'.\n\n"
          "With --parity, further parts are added from which lost or damaged ones are computed: any part may be "
          "replaced by any parity part. Without a --part-size the set is then cut into so many parts that the parity "
          "costs about the share that was asked for.\n\n"
          "With --have, blobs that a receipt of the destination lists are left out ('waybill receipt'). With "
          "--receipt-key, a receipt that none of the keys signed is refused.",
      .arguments = {{.name = "TARGET",
                     .value = nullptr,
                     .help = "oci://…, oci-layout:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:TAG] or a "
                             "bundle folder",
                     .values = &state->request.targets}},
      .options = {},
      .examples =
          {{"waybill save --output /media/stick oci://registry.example.com/gpu/bundle:v1",
            "one archive, or parts that FAT32 can hold"},
           {"waybill save -o out --part-size 4480MiB oci-layout:images:v1 oci://registry.example.com/app:v2",
            "several artifacts, cut for DVDs"},
           {"waybill save -o out --parity 20% oci://registry.example.com/gpu/bundle:v1",
            "five parts and one more; any one of them may be lost"},
           {"waybill save -o out --have site.json --receipt-key site.pub oci://registry.example.com/gpu/bundle:v2",
            "only what the site does not have"}},
      .run = {}};
  command.option("--output", &state->request.folder, "DIR", "the folder to write into; made if it is missing")
      .aliases = {"-o"};
  command.option("--part-size", &state->request.part_size, "SIZE",
                 "the largest file, such as 650MiB or 4GiB, at least 4MiB (default: FAT32's limit, 4 GiB - 1)");
  command.option("--parity", &state->request.parity, "PERCENT", "add parity parts, from 1% to 100% of the others");
  command.option("--have", &state->request.receipts, "FILE", "leave out what this receipt lists; may be given again");
  command.option(
      "--receipt-key", &state->request.receipt_keys, "KEY",
      "a trusted public key (PEM) or env://NAME; may be given again: one of them must have signed the receipts");
  command.option("--password-file", &state->request.password_file, "FILE",
                 "password, if --receipt-key is a private key");
  command.option("--no-referrers", &state->without_referrers, "",
                 "leave signatures, attestations and all else that refers to the artifacts behind");
  command.option("--force", &state->request.force, "",
                 "overwrite files of the same names that are no parts of this set");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    state->request.referrers = !state->without_referrers;
    const SaveResult result = save(state->request, process_services(console.reporter()));
    console.out(state->format == "json" ? json::write_pretty(to_value(result)) : text_of(result));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
