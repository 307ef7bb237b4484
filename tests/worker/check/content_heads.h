#pragma once

#include <string>
#include <utility>
#include <vector>

#include "worker/check/content_kind.h"

namespace fanfetch {

/// The smallest beginning by which each kind shows; of some kinds, several.
inline std::vector<std::pair<ContentKind, std::string>> content_heads() {
  using namespace std::string_literals;
  using Kind = ContentKind;
  const auto ftyp = [](const std::string& brands) {  // the major one, then the compatible ones
    return "\0\0\0"s + static_cast<char>(12 + brands.size()) + "ftyp" + brands.substr(0, 4) +
           "\0\0\0\0"s + brands.substr(4);
  };
  return {
      {Kind::jpeg, "\xFF\xD8\xFF\xE0\0\x10JFIF\0"s},
      {Kind::jpeg, "\xFF\xD8\xFF\xE1"},
      {Kind::png, "\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s},
      {Kind::gif, "GIF87a"},
      {Kind::gif, "GIF89a"},
      {Kind::webp, "RIFF\x24\0\0\0WEBPVP8 "s},
      {Kind::avif, ftyp("avifmif1miaf")},
      {Kind::avif, ftyp("avismsf1")},
      {Kind::heic, ftyp("heicmif1")},
      {Kind::heic, ftyp("mif1heic")},
      {Kind::heif, ftyp("mif1miaf")},
      {Kind::bmp, "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s},
      {Kind::tiff, "II*\0\x08\0\0\0"s},
      {Kind::tiff, "MM\0*\0\0\0\x08"s},
      {Kind::tiff, "II+\0\x08\0\0\0"s},
      {Kind::tiff, "MM\0+\0\x08\0\0"s},
      {Kind::ico, "\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0"s},
      {Kind::jxl, "\xFF\x0A"},
      {Kind::jxl, "\0\0\0\x0CJXL \r\n\x87\n"s},
      {Kind::svg, "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>"},
      {Kind::mp4, ftyp("isomiso2avc1mp41")},
      {Kind::mp4, ftyp("mp42isom")},
      {Kind::mp4, ftyp("M4V ")},
      {Kind::mp4, ftyp("qt  ")},
      {Kind::mp4, ftyp("3gp4")},
      {Kind::mp4, ftyp("dashiso6")},
      {Kind::m4a, ftyp("M4A isom")},
      {Kind::m4a, ftyp("M4B ")},
      // Segments of a stream, and QuickTime without `ftyp`:
      {Kind::mp4, "\0\0\0\x18stypmsdh\0\0\0\0msdhmsix"s},
      {Kind::mp4, "\0\0\0\x64moof\0\0\0\x10mfhd"s},
      {Kind::mp4, "\0\0\0\x2Csidx\0\0\0\0"s},
      {Kind::mp4, "\0\0\2\x9Emoov\0\0\0\x6Cmvhd"s},
      {Kind::mp4, "\0\0\0\1mdat\0\0\0\0\0\1\0\0"s},
      {Kind::mp4, "\0\0\0\0mdat"s},
      {Kind::mp4, "Atommdat\0\0\0\1\x09\x10\0\0"s},
      {Kind::mp4,
       "\0\0\0\x08"
       "free\0\0\1\0mdat"s},
      {Kind::mp4, "\0\0\0\x08wide\0\0\1\0mdat"s},
      {Kind::mp4, "\0\0\0\x10skip"s},
      {Kind::mp4,
       "\0\0\0\x40"
       "emsg"s},
      {Kind::webm, "\x1F\x43\xB6\x75\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s},
      {Kind::webm, "\x18\x53\x80\x67\1"s},
      {Kind::webm, "\x1C\x53\xBB\x6B\x80"s},
      {Kind::webm, "\x1A\x45\xDF\xA3\x9F\x42\x86\x81\1\x42\x82\x84webm"s},
      {Kind::matroska, "\x1A\x45\xDF\xA3\xA3\x42\x86\x81\1\x42\x82\x88matroska"s},
      {Kind::html, "<!DOCTYPE html>"},
      {Kind::gzip, "\x1F\x8B\x08\0"s},
  };
}

}  // namespace fanfetch
