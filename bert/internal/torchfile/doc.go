// Package torchfile reads the tensors of a file that torch.save wrote of a state
// dict. Since PyTorch 1.6 it is a zip archive with
//
//	NAME/data.pkl      the pickled dict: names, shapes, strides, and which storage each is in
//	NAME/data/KEY      the elements of a storage, little-endian
//	NAME/byteorder     "little" where it is there
//
// and before that, as most BERTs of 2018 to 2020 are, a stream of
//
//	five pickles       a magic number, the protocol 1001, facts of the machine, the dict, the keys of the storages
//	of each storage    8 bytes for the number of elements, the elements
//
// A pickle is a program. The one here runs on a machine that knows the few
// instructions of such a dict and four names: an ordered dict, the two functions
// that make a tensor of a storage, and the storages. Nothing is imported, nothing
// is called; any other name or instruction is an error. It has no loops, so it
// takes time and memory in the size of the pickle, which has 4 MB at most.
//
// What a pickle says of its storages is held against the bytes that are there when
// the file is opened. Tensors may share a storage, as tied weights do, but all
// together have at most four times the bytes of the file. Elements are read when
// they are asked for.
package torchfile
