#include "app/workflow/check_catalogue.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/embedded.h"
#include "generator/field_rules.h"
#include "generator/layered_files.h"

namespace waybill {

bool has_base(const CatalogueSource& source) {
  const std::vector<std::string> paths = source.paths();
  return std::any_of(paths.begin(), paths.end(), [](const std::string& path) { return is_base_file(path); });
}

std::vector<std::pair<Dimension, std::string>> parse_new_values(const std::vector<std::string>& words) {
  std::vector<std::string> names(kDimensions.size());
  std::ranges::transform(kDimensions, names.begin(), [](Dimension dimension) { return to_string(dimension); });
  std::vector<std::pair<Dimension, std::string>> values;
  for (const std::string& word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto name = std::find(names.begin(), names.end(), word.substr(0, equals));
    const std::string value = equals == word.size() ? std::string() : word.substr(equals + 1);
    if (name == names.end()) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no new value of a dimension", word))
          .hint(equals == word.size() ? "write DIMENSION=VALUE, such as service=rke2"
                                      : suggestion(word.substr(0, equals), names));
    }
    const Dimension dimension = kDimensions.at(static_cast<std::size_t>(name - names.begin()));
    if (!is_plain_word(value) || Criteria::normalized(dimension, value) != value) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be a {}", value, *name))
          .hint("lower-case letters, digits, '.', '_' and '-'");
    }
    values.emplace_back(dimension, value);
  }
  return values;
}

CatalogueReport check_catalogue(const CatalogueCheckRequest& request, const Services& services) {
  const CheckOptions options{.new_values = parse_new_values(request.new_values)};
  Catalogue::Layers layers;
  if (request.folders.empty()) layers.push_back(embedded_catalogue());
  for (const std::string& folder : request.folders) {
    std::shared_ptr<const CatalogueSource> source = folder_source(folder);
    if (layers.empty() && !has_base(*source)) {
      services.reporter.info(fmt::format(
          "'{}' has no overlays/base.yaml: checked as it is with --data, over the embedded catalogue", folder));
      layers.push_back(embedded_catalogue());
    }
    layers.push_back(std::move(source));
  }
  for (const std::string& folder : request.data) layers.push_back(data_source(folder));
  return check_catalogue(std::move(layers), options);
}

}  // namespace waybill
