package main

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>

typedef void (*sgemm_t)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
typedef void (*sgemv_t)(int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

static sgemm_t sgemm;
static sgemv_t sgemv;

static const char *open_blas(const char *path, const char **core) {
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!lib) return dlerror();
	char *(*corename)(void) = dlsym(lib, "openblas_get_corename");
	void (*threads)(int) = dlsym(lib, "openblas_set_num_threads");
	sgemm = dlsym(lib, "cblas_sgemm");
	sgemv = dlsym(lib, "cblas_sgemv");
	if (!corename || !threads || !sgemm || !sgemv) return "not OpenBLAS";
	threads(1);
	*core = corename();
	return 0;
}

// Whole batches, so that a call costs a C program's price and not that of crossing from Go.
static void run_sgemm(int batch, int ta, int tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *c, int ldc) {
	for (int i = 0; i < batch; i++)
		sgemm(101, ta, tb, m, n, k, 1, a + (size_t)i * m * k, lda, b + (size_t)i * k * n, ldb, 0, c + (size_t)i * m * n, ldc);
}

static void run_sgemv(int tb, int n, int k, const float *x, const float *b, int ldb, float *y) {
	sgemv(101, tb ? 111 : 112, tb ? n : k, tb ? k : n, 1, b, ldb, x, 1, 0, y, 1);
}
*/
import "C"

import (
	"errors"
	"unsafe"
)

// openBLAS loads the library and returns the name of the processor whose kernels it uses. The environment variables OPENBLAS_CORETYPE and
// OPENBLAS_NUM_THREADS must be set before.
func openBLAS(path string) (core string, err error) {
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	var name *C.char
	if message := C.open_blas(p, &name); message != nil {
		return "", errors.New(C.GoString(message))
	}
	return C.GoString(name), nil
}

func order(trans bool) C.int {
	if trans {
		return 112
	}
	return 111
}

func pointer(x []float32) *C.float { return (*C.float)(unsafe.Pointer(&x[0])) }

func (s shape) openBLAS(a, b, c []float32) {
	lda, ldb := s.strides()
	C.run_sgemm(C.int(s.batch), order(s.transA), order(s.transB), C.int(s.m), C.int(s.n), C.int(s.k), pointer(a), C.int(lda), pointer(b), C.int(ldb), pointer(c), C.int(s.n))
}

// openBLASVector takes the matrix-vector function for a product of one row.
func (s shape) openBLASVector(a, b, c []float32) {
	_, ldb := s.strides()
	transpose := C.int(0)
	if s.transB {
		transpose = 1
	}
	C.run_sgemv(transpose, C.int(s.n), C.int(s.k), pointer(a), pointer(b), C.int(ldb), pointer(c))
}
