// Resolves a recipe from the built-in catalogue, prints the order in which its components are deployed, and packs the
// recipe into an OCI image layout.
//
//   order LAYOUT_FOLDER
#include <core/error.h>
#include <core/file_tree.h>
#include <core/yaml/writer.h>
#include <generator/catalogue.h>
#include <generator/criteria.h>
#include <generator/embedded.h>
#include <generator/recipe.h>
#include <generator/resolve.h>
#include <oci/layout.h>
#include <oci/pack.h>

#include <iostream>
#include <string>

namespace {

waybill::Recipe training_on_eks() {
  const auto catalogue = waybill::Catalogue::load({waybill::embedded_catalogue()});
  waybill::Criteria criteria;
  criteria.set(waybill::Dimension::Service, "eks");
  criteria.set(waybill::Dimension::Accelerator, "h100");
  criteria.set(waybill::Dimension::Intent, "training");
  return waybill::resolve(catalogue, criteria, "example");
}

void pack(const waybill::Recipe& recipe, const std::string& folder) {
  waybill::FileTree tree;
  tree.add(waybill::RelPath::parse("recipe.yaml"), waybill::yaml::write(waybill::to_value(recipe)));
  const auto layout = waybill::oci::Layout::open_or_create(folder);
  const waybill::oci::Packed packed =
      waybill::oci::pack_tree(tree, {.artifact_type = "application/vnd.example.recipe"});
  waybill::oci::push(*layout, packed);
  layout->tag(packed.manifest, "latest", waybill::oci::ForceTag::No);
  std::cout << "packed as " << packed.manifest.digest.to_string() << '\n';
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: order LAYOUT_FOLDER\n";
    return 2;
  }
  try {
    const waybill::Recipe recipe = training_on_eks();
    for (const std::string& component : recipe.deployment_order) std::cout << component << '\n';
    pack(recipe, arguments[1]);
    return 0;
  } catch (const waybill::Error& error) {
    std::cerr << error.message() << '\n';
    return waybill::describe(error.code()).exit_status;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
