// Package torchfile reads the tensors of a file that torch.save wrote of a state
// dict: a zip archive (since PyTorch 1.6) with
//
//	NAME/data.pkl      the pickled dict: names, shapes, strides, and which storage each is in
//	NAME/data/KEY      the elements of a storage, little-endian
//	NAME/byteorder     "little" where it is there
//
// A pickle is a program. The one here runs on a machine that knows the few
// instructions of such a dict and four names: an ordered dict, the two functions
// that make a tensor of a storage, and the storages. Nothing is imported, nothing
// is called; any other name or instruction is an error. It has no loops, so it
// takes time and memory in the size of the pickle. Elements are read when they
// are asked for, after their number has been held against the size of the entry.
//
// The older form of before 2020, which is no archive, is refused by name.
package torchfile
