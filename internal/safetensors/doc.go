// Package safetensors reads and writes the safetensors format, in which Hugging Face keeps weights
// (https://github.com/huggingface/safetensors, format of 2022).
//
//	8 bytes   n, the header's length, little-endian
//	n bytes   a JSON object, padded with blanks:
//	          {"__metadata__": {string: string}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
//	the rest  the tensors' elements, little-endian and row-major, at those offsets from the header's end
//
// Element types: F64, F32, F16 (IEEE half), BF16 (the upper half of an F32), I64, I32, U8, BOOL (one byte). Tensors of the
// format's other types of whole bytes (I8, U64, F8_E4M3 …) are listed, and read as bytes alone. A shape [] is a scalar; a
// shape with a 0 has no elements; both are legal.
//
// Read takes a whole file from a stream. Open reads the header alone and then single tensors as they are asked for. Both
// hold a file to the format: one name twice, an unknown type, a shape that does not fit its bytes, tensors that overlap
// or leave a gap, bytes that belong to no tensor are errors. No length that a file claims is believed before as many
// bytes are there: memory is taken as they are read, so that a forged header costs its sender's bytes and no more.
//
// Write gives the same bytes for the same arguments. The data begins at a multiple of 8, wider types come first and a
// tensor hence at a multiple of its element's size, as a reader that maps the file wants it.
package safetensors
