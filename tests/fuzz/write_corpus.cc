// Writes the responses of the corpus as seeds of `responses`. Usage: write_corpus FOLDER

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/common/http/response_corpus.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::filesystem::create_directories(argv[1]);
  int index = 0;
  for (const auto& entry : fanfetch::response_corpus()) {
    std::ofstream file(std::string(argv[1]) + '/' + std::to_string(index), std::ios::binary);
    const std::string seed(8, static_cast<char>('0' + index++ % 4));
    if (!(file << seed << entry.bytes)) return 1;
  }
  return 0;
}
