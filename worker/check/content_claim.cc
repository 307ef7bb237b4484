#include "worker/check/content_claim.h"

#include <algorithm>
#include <iterator>

namespace fanfetch {
namespace {

/// Kinds that sniff() always recognises, so that other bytes are an error.
constexpr std::string_view kPictureExtensions[] = {"jpg",  "jpeg", "jpe", "jfif", "png",  "gif",
                                                   "webp", "avif", "bmp", "tif",  "tiff", "svg",
                                                   "svgz", "mp4",  "m4v", "webm"};
constexpr std::string_view kPictureTypes[] = {
    "image/jpeg",     "image/jpg",  "image/pjpeg",   "image/png",  "image/x-png",
    "image/apng",     "image/gif",  "image/webp",    "image/avif", "image/bmp",
    "image/x-ms-bmp", "image/tiff", "image/svg+xml", "video/mp4",  "video/webm"};
/// Pictures too, but sniff() does not recognise all of their forms.
constexpr std::string_view kOtherPictureExtensions[] = {"apng", "heic", "heif", "jxl", "ico",
                                                        "jp2",  "psd",  "mov",  "mkv"};

/// No text that may well begin with a tag is among them (md, xml, txt, js …), nothing that servers
/// make pages of (html, php, asp …), and no language of a page (`index.html.pt`).
constexpr std::string_view kFileExtensions[] = {
    "3fr",     "3g2",     "3gp",    "7z",          "aac",      "aax",      "ai",    "aif",
    "aiff",    "amr",     "ape",    "apk",         "appimage", "arj",      "arrow", "arw",
    "asf",     "ass",     "avi",    "avro",        "avs",      "azw",      "azw3",  "bam",
    "bed",     "bgz",     "bin",    "blend",       "bufr",     "bz2",      "cab",   "cbr",
    "cbz",     "cdf",     "cif",    "ckpt",        "cr2",      "cr3",      "crx",   "csv",
    "dbf",     "dcm",     "dds",    "deb",         "dem",      "divx",     "djvu",  "dmg",
    "dng",     "doc",     "docm",   "docx",        "dot",      "dotx",     "dwg",   "dxf",
    "edf",     "eps",     "epub",   "exe",         "exr",      "f4v",      "fasta", "fastq",
    "fbx",     "feather", "fit",    "fits",        "flac",     "flv",      "fq",    "gdb",
    "geojson", "geotiff", "gguf",   "glb",         "gltf",     "gpkg",     "gpx",   "grb",
    "grb2",    "grib",    "grib2",  "gz",          "h4",       "h5",       "hdf",   "hdf4",
    "hdf5",    "hdr",     "he5",    "hgt",         "img",      "ipa",      "ipynb", "iso",
    "j2k",     "jar",     "jpf",    "jpx",         "json",     "jsonl",    "kml",   "kmz",
    "las",     "laz",     "lrz",    "lz",          "lz4",      "lzh",      "lzma",  "lzo",
    "m2ts",    "m3u",     "m3u8",   "m4a",         "m4b",      "m4p",      "m4s",   "mat",
    "mdb",     "mid",     "midi",   "mobi",        "mod",      "mp1",      "mp2",   "mp3",
    "mpc",     "mpd",     "mpeg",   "mpg",         "msi",      "msix",     "mts",   "mxf",
    "nc",      "nc4",     "ndjson", "nef",         "nii",      "npy",      "npz",   "nrrd",
    "obj",     "odg",     "odp",    "ods",         "odt",      "oga",      "ogg",   "ogv",
    "onnx",    "opus",    "orc",    "orf",         "otf",      "ova",      "ovf",   "parquet",
    "pb",      "pbf",     "pcap",   "pcd",         "pdb",      "pdf",      "pef",   "pickle",
    "pkg",     "pkl",     "ply",    "por",         "pot",      "potx",     "pps",   "ppsx",
    "ppt",     "pptm",    "pptx",   "pth",         "pub",      "qcow2",    "qt",    "r00",
    "raf",     "rar",     "raw",    "rda",         "rdata",    "rds",      "rmvb",  "root",
    "rpm",     "rtf",     "rw2",    "safetensors", "sam",      "sas7bdat", "sav",   "shp",
    "shx",     "sit",     "snap",   "sqlite",      "sqlite3",  "srt",      "stl",   "sub",
    "swf",     "tar",     "taz",    "tbz",         "tbz2",     "tfrecord", "tga",   "tgz",
    "tlz",     "torrent", "ts",     "tsv",         "ttf",      "txz",      "tzst",  "vcf",
    "vdi",     "vhd",     "vhdx",   "vmdk",        "vob",      "vtt",      "war",   "warc",
    "wav",     "weba",    "whl",    "wma",         "wmv",      "woff",     "woff2", "wv",
    "xar",     "xls",     "xlsb",   "xlsm",        "xlsx",     "xpi",      "xz",    "z",
    "z01",     "zip",     "zipx",   "zst"};
static_assert(std::is_sorted(std::begin(kFileExtensions), std::end(kFileExtensions)));

template <std::size_t count>
bool is_one_of(const std::string_view (&list)[count], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

}  // namespace

Claim claim_of_extension(std::string_view extension) {
  if (is_one_of(kPictureExtensions, extension)) return Claim::picture;
  if (is_one_of(kOtherPictureExtensions, extension)) return Claim::other_picture;
  const bool is_file =
      std::binary_search(std::begin(kFileExtensions), std::end(kFileExtensions), extension);
  return is_file ? Claim::file : Claim::nothing;
}

Claim claim_of_type(std::string_view type) {
  if (is_one_of(kPictureTypes, type)) return Claim::picture;
  return type.starts_with("image/") ? Claim::other_picture : Claim::nothing;
}

bool is_html_on_purpose(std::string_view type) {
  return type == "application/vnd.ms-excel" || type == "application/msword";
}

}  // namespace fanfetch
