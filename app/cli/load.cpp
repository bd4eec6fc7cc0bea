#include "app/workflow/load.h"

#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/key_options.h"
#include "app/cli/recipe_options.h"
#include "core/error.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string text_of(const LoadResult& result) {
  std::string text =
      fmt::format("set     {}{}\n", result.set.short_id(), oci::changed(result.outcome) ? "" : ", unchanged");
  for (const LoadedArtifact& artifact : result.artifacts)
    text += fmt::format("loaded  {} {}\n", artifact.target, artifact.digest);
  if (!result.outcome.missing.empty()) text += fmt::format("missing {}\n", oci::missing_text(result.outcome.missing));
  return text;
}

std::string text_of(const CheckResult& result) {
  const oci::PartSet& set = result.set;
  std::string text = fmt::format("set       {}\n", set.division().short_id());
  for (const auto& [kind, name] :
       {std::pair(oci::PartKind::Data, "part"), std::pair(oci::PartKind::Parity, "parity part")}) {
    const std::vector<std::uint64_t> missing = set.missing(kind);
    const std::uint64_t count = kind == oci::PartKind::Data ? set.division().data : set.division().parity;
    if (!missing.empty()) text += fmt::format("missing   {} {} of {}\n", name, oci::ranges(missing), count);
  }
  for (const oci::PartProblem& problem : set.problems()) text += fmt::format("problem   {}\n", problem.what);
  for (const oci::PartSet::Damage& damage : result.damage)
    text += fmt::format("damage    {}{}\n", oci::to_string(damage), damage.repairable ? ", which can be repaired" : "");
  if (result.is_intact()) return text + "intact\n";
  return text + (result.is_loadable() ? "can be loaded\n" : "cannot be loaded\n");
}

// What load() would end with.
int status_of(const CheckResult& result) {
  if (result.is_loadable()) return 0;
  try {
    result.set.require_complete();
  } catch (const Error& error) {
    return describe(error.code()).exit_status;
  }
  return describe(result.is_unreadable() ? ErrorCode::Unclassified : ErrorCode::Untrusted).exit_status;
}

}  // namespace

Command load_command() {
  struct State {
    LoadRequest request;
    bool check = false;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "load",
      .summary = "load what save wrote, from parts in any order",
      .description =
          "Takes the parts of a set, under any names, in any order, some twice, also out of folders with other files, "
          "and loads the artifacts with their tags and everything that refers to them straight out of the parts; no "
          "disk is needed beyond what the target takes. Every blob is verified before it has its name there, and the "
          "tags come last, so a load that was interrupted is repeated as it is.\n\n"
          "What is missing or damaged is named: parts, or bytes of a file. Parity parts make it good as far as they "
          "reach. Exit status 3: something is missing; 4: damaged beyond repair. With --check every byte of every part "
          "is read and nothing is loaded.\n\n"
          "What an index of the set names and the set does not have is told as 'waybill save' told it.\n\n"
          "Into oci://HOST each artifact goes to the repository that it has where it comes from; into "
          "oci://HOST/REPOSITORY, a layout or an archive all go together, under their tags.",
      .arguments =
          {{.name = "PART",
            .value = nullptr,
            .help = "files, and folders in which some lie",
            .values = &state->request.sources},
           {"TARGET", &state->request.target,
            "oci://HOST, oci://HOST/REPOSITORY, oci-layout:FOLDER or oci-archive:FILE; with a tag for a single "
            "artifact; left out with --check",
            false}},
      .options = {},
      .examples = {{"waybill load /media/stick oci://registry.site.example", "each artifact to its repository"},
                   {"waybill load /media/one /media/two oci-layout:images", "from two media"},
                   {"waybill load --check /media/stick", "whether everything arrived, before or after the journey"},
                   {"waybill load /media/stick oci://registry.site.example/gpu/bundle --key vendor.pub",
                    "only what is signed"}},
      .run = {}};
  command.option("--check", &state->check, "", "read and verify every byte of every part; load nothing");
  command.option("--set", &state->request.set, "ID",
                 "the set to load, by the first digits of its id, where there are several");
  add_trust_options(command, state->request.trust);
  command.option("--force-tag", &state->request.force_tag, "", "move tags that name other artifacts");
  add_connection_options(command, state->request.connection);
  add_format_option(command, state->format, {"text", "json"});
  command.run = [state](Console& console) {
    const Services services = process_services(console.reporter());
    if (state->check) {
      // There is no target, so what stands in its place is one more source.
      if (!state->request.target.empty()) state->request.sources.push_back(state->request.target);
      const CheckResult result = check_parts(state->request, services);
      console.out(state->format == "json" ? json::write_pretty(to_value(result)) : text_of(result));
      return status_of(result);
    }
    if (state->request.target.empty()) {
      throw Error(ErrorCode::InvalidInput, "'waybill load' needs a TARGET to load into, or --check")
          .hint("see 'waybill load --help'");
    }
    const LoadResult result = load(state->request, services);
    console.out(state->format == "json" ? json::write_pretty(to_value(result)) : text_of(result));
    return 0;
  };
  return command;
}

}  // namespace waybill::cli
