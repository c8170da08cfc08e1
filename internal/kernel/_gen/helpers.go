package main

import "strings"

func fields(names string) []string { return strings.Fields(names) }

func list(names string) string { return strings.Join(fields(names), ", ") }
