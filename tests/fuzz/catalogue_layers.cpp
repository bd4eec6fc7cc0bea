// Layers of a catalogue from untrusted hands. A line "@@ N PATH" begins a file of layer N (0 to 2); what follows is its
// text. Whatever comes, checking finds the same twice, each finding with its place, and never throws; a catalogue that
// is accepted resolves.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/error.h"
#include "generator/catalogue_check.h"
#include "generator/resolve.h"
#include "tests/fuzz/support.h"

namespace {

using waybill::fuzz::require;

std::array<waybill::FileTree, 3> split(std::string_view input) {
  std::array<waybill::FileTree, 3> layers;
  while (!input.empty()) {
    const std::size_t begin = input.starts_with("@@ ") ? 0 : input.find("\n@@ ");
    if (begin == std::string_view::npos) break;
    input.remove_prefix(begin + (begin == 0 && input.front() == '@' ? 3 : 4));
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    const std::string_view text = input.substr(0, input.find("\n@@ "));
    if (line.size() < 3 || line[0] < '0' || line[0] > '2' || line[1] != ' ') continue;
    try {
      layers.at(static_cast<std::size_t>(line[0] - '0'))
          .add(waybill::RelPath::parse(line.substr(2)), std::string(text) + "\n");
    } catch (const waybill::Error&) {
      continue;  // the path, or a file where a folder is
    }
  }
  return layers;
}

waybill::Catalogue::Layers sources(const std::array<waybill::FileTree, 3>& trees) {
  waybill::Catalogue::Layers layers;
  for (const waybill::FileTree& tree : trees) layers.push_back(waybill::tree_source("layer", tree));
  return layers;
}

std::string check(const std::array<waybill::FileTree, 3>& trees) {
  std::string text;
  for (const waybill::Diagnostic& finding : waybill::check_catalogue(sources(trees)).findings) {
    require(!finding.location.file.empty() && finding.location.line > 0, "a finding has a place");
    require(!finding.rule.empty() && !finding.message.empty(), "a finding says what is wrong");
    text += to_string(finding) + "\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::array<waybill::FileTree, 3> trees = split(waybill::fuzz::as_text(data, size));
  require(check(trees) == check(trees), "checks are repeatable");
  try {
    const waybill::Catalogue catalogue = waybill::Catalogue::load(sources(trees));
    waybill::Criteria criteria;
    criteria.set(waybill::Dimension::Service, "eks");
    static_cast<void>(waybill::resolve(catalogue, criteria, "1"));
  } catch (const waybill::Error& error) {
    require(error.code() == waybill::ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}
