// Package course is what the trainers of words, documents, nodes and items share beside the learning itself, which is package loglinear's:
// settings and their bounds ([Plan]), reading ([Text]), a training that can be stopped and gone on with ([Lesson]), and what was learned in a
// file ([Model]), which is also the checkpoint. A trainer's package adds what is its own: what it reads, and which pairs it forms.
package course
