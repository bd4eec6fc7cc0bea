#pragma once
// Parses the files of a large catalogue on several threads, while one takes the documents in order: what comes out,
// errors included, is what parsing one after the other gives.
#include <cstddef>
#include <memory>
#include <vector>

#include "core/yaml/node.h"
#include "generator/layered_files.h"

namespace waybill {

class ParseAhead {
 public:
  // The files must be of `catalogue`, and both must outlive this object.
  ParseAhead(const LayeredFiles& catalogue, std::vector<const LayeredFiles::File*> files);
  ParseAhead(const ParseAhead&) = delete;
  ParseAhead& operator=(const ParseAhead&) = delete;
  ~ParseAhead();  // waits for the threads, which end after the file that they are at

  // The document of the next file. Throws what LayeredFiles::parse threw for it; the one after it can still be taken.
  [[nodiscard]] yaml::Node take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waybill
