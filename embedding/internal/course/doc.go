// Package course is what the trainers of documents, nodes and items share beside the learning itself, which is package
// loglinear's: a training that can be stopped and gone on with ([Course]), and the file of what was learned ([Model]).
package course
