#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/printable.h"
#include "app/cli/recipe_options.h"
#include "app/cli/text_layout.h"
#include "app/workflow/check_catalogue.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

constexpr int kFindings = 2;

std::string_view word_of(Severity severity) noexcept { return severity == Severity::Error ? "error" : "warning"; }

std::string summary(const CatalogueReport& report) {
  return fmt::format("{}, {} in {}, {}, {}{}\n{}\n", counted(report.count(Severity::Error), "error"),
                     counted(report.count(Severity::Warning), "warning"), counted(report.overlays, "overlay"),
                     counted(report.components, "component"), counted(report.targets, "recipe"),
                     report.all_targets ? "" : " (not every combination of criteria was tried)",
                     catalogue_line(report.catalogue));
}

// As compilers write, so that editors find the place.
std::string as_text(const CatalogueReport& report) {
  std::string text;
  for (const Diagnostic& finding : report.findings) {
    text += fmt::format("{}: {}: {} [{}]\n", to_string(finding.location), word_of(finding.severity),
                        printable(finding.message), finding.rule);
    if (!finding.hint.empty()) text += fmt::format("    {}\n", printable(finding.hint));
  }
  return text + summary(report);
}

std::string as_table(const CatalogueReport& report) {
  Rows rows{{"SEVERITY", "RULE", "PLACE", "MESSAGE"}};
  for (const Diagnostic& finding : report.findings) {
    rows.push_back({std::string(word_of(finding.severity)), finding.rule, to_string(finding.location),
                    printable(finding.message)});
  }
  return columns(rows, std::string::npos) + summary(report);
}

Value to_value(const CatalogueReport& report) {
  Value findings = Value::list();
  for (const Diagnostic& finding : report.findings) {
    Value entry = Value::map({{"severity", word_of(finding.severity)},
                              {"rule", finding.rule},
                              {"file", finding.location.file},
                              {"line", std::int64_t{finding.location.line}},
                              {"column", std::int64_t{finding.location.column}},
                              {"message", finding.message}});
    if (!finding.hint.empty()) entry.set("hint", finding.hint);
    findings.push_back(std::move(entry));
  }
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  return Value::map({{"catalogue", to_value(report.catalogue)},
                     {"findings", std::move(findings)},
                     {"errors", number(report.count(Severity::Error))},
                     {"warnings", number(report.count(Severity::Warning))},
                     {"overlays", number(report.overlays)},
                     {"components", number(report.components)},
                     {"recipes", number(report.targets)},
                     {"allRecipes", report.all_targets}});
}

}  // namespace

Command catalogue_check_command() {
  struct State {
    CatalogueCheckRequest request;
    bool strict = false;
    std::string output;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "catalogue check",
      .summary = "find every mistake in a catalogue",
      .description =
          "Reads the registry, all overlays, value files and manifests, resolves every recipe that a query can get, "
          "and tells everything that is wrong in one run, each with file, line, column, the rule and what to do. "
          "Without a folder it checks the embedded catalogue. The first folder is a catalogue of its own or, if it has "
          "no overlays/base.yaml, lies over the embedded one; further folders lie over it. Exit status 2 says that "
          "there are errors; warnings alone are no failure unless --strict is given.",
      .arguments = {{"DIR", nullptr, "a catalogue, and folders that lie over it", false, {}, &state->request.folders}},
      .options = {},
      .examples = {{"waybill catalogue check recipes", "a catalogue of your own"},
                   {"waybill catalogue check --data site",
                    "your site's folder, as it lies over the embedded catalogue"},
                   {"waybill catalogue check --data site --format json --strict", "for a pipeline"},
                   {"waybill catalogue check --data site --new-value service=rke2",
                    "a folder that brings a service of its own"}},
      .run = {}};
  command.option("--data", &state->request.data, "DIR",
                 "lay this folder over the catalogue; may be given again, the later one wins");
  command.option("--new-value", &state->request.new_values, "DIMENSION=VALUE",
                 "a value of criteria that is meant, though it is not built in; may be given again");
  command.option("--strict", &state->strict, "", "let warnings decide the exit status too");
  add_output_option(command, state->output);
  add_format_option(command, state->format, {"text", "table", "json"});
  command.run = [state](Console& console) {
    const CatalogueReport report = check_catalogue(state->request, process_services(console.reporter()));
    console.out_or_file(state->output, state->format == "json"    ? json::write_pretty(to_value(report))
                                       : state->format == "table" ? as_table(report)
                                                                  : as_text(report));
    const bool failed = report.count(Severity::Error) != 0 || (state->strict && !report.findings.empty());
    return failed ? kFindings : 0;
  };
  return command;
}

}  // namespace waybill::cli
