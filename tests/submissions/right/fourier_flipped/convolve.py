import numpy
import numpy.fft
import imageio.v2 as imageio


def load_image(path, grayscale=False):
    return numpy.array(imageio.imread(path, mode="F" if grayscale else "RGB"))


def top_left(image, rows, cols):
    return numpy.take(numpy.take(image, range(min(rows, len(image))), axis=0), range(min(cols, image.shape[1])), axis=1)


def filtered_shape(image_shape, filter_shape):
    H, W, *_ = image_shape
    h, w, *_ = filter_shape
    if not (1 <= h <= H and 1 <= w <= W):
        raise ValueError("filter and image do not fit")
    return numpy.int64(H - h + 1), numpy.int64(W - w + 1)


def convolve(image, filter_matrix):
    """A true convolution turns the kernel, so it gets a kernel that has been turned before."""
    if image.ndim != filter_matrix.ndim:
        raise ValueError("one of them has channels, the other has not")
    if image.ndim == 3:
        if image.shape[2] != filter_matrix.shape[2]:
            raise ValueError("different numbers of channels")
        pairs = [(image[:, :, c], filter_matrix[:, :, c]) for c in range(image.shape[2])]
        return sum(convolve(plane, kernel) for plane, kernel in pairs)
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape
    size = (image.shape[0] + h - 1, image.shape[1] + w - 1)
    turned = numpy.rot90(filter_matrix, 2).astype(float)
    full = numpy.fft.irfft2(numpy.fft.rfft2(image.astype(float), size) * numpy.fft.rfft2(turned, size), size)
    return full[h - 1:h - 1 + rows, w - 1:w - 1 + cols]
