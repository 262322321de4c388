// The two classes that ggml's CPU back end asks for products of its own: see its traits.h, which says the same in C++.
#pragma once

#include "ggml-backend-impl.h"
#include "ggml-cpu-impl.h"
#include "ggml.h"
#include "traits.h"

namespace facet {

#if defined(_WIN32)
// node-llama-cpp's libraries for Windows are built for Microsoft's rules, where a virtual destructor takes one entry of
// an object's table of functions; the compiler of the addons gives it two. With a plain function in its place the
// tables are the same. ggml never destroys one. On the other systems the compiler checks the signatures against ggml's
// own.

class TensorTraits {
  public:
    virtual void destroy(int) {}
    virtual bool work_size(int threads, const ggml_tensor* op, size_t& size) = 0;
    virtual bool compute_forward(ggml_compute_params* params, ggml_tensor* op) = 0;

  protected:
    ~TensorTraits() = default;
};

class ExtraBufferType {
  public:
    virtual void destroy(int) {}
    virtual bool supports_op(ggml_backend_dev_t device, const ggml_tensor* op) = 0;
    virtual TensorTraits* get_tensor_traits(const ggml_tensor* op) = 0;

  protected:
    ~ExtraBufferType() = default;
};
#else
using TensorTraits = ggml::cpu::tensor_traits;
using ExtraBufferType = ggml::cpu::extra_buffer_type;
#endif

}  // namespace facet
