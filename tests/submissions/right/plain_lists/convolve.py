from PIL import Image


def load_image(path, grayscale=False):
    picture = Image.open(path).convert("RGB")
    width, height = picture.size
    flat = picture.tobytes()
    image = []
    for y in range(height):
        row = []
        for x in range(width):
            start = 3 * (y * width + x)
            r, g, b = flat[start], flat[start + 1], flat[start + 2]
            if grayscale:
                row.append(0.299 * r + 0.587 * g + 0.114 * b)
            else:
                row.append((r, g, b))
        image.append(row)
    if grayscale:
        return image
    import numpy
    return numpy.array(image, dtype=numpy.uint8)


def top_left(image, rows, cols):
    return [list(row[:cols]) for row in image[:rows]]


def filtered_shape(image_shape, filter_shape):
    H, W = image_shape[0], image_shape[1]
    h, w = filter_shape[0], filter_shape[1]
    if h > H or w > W:
        raise ValueError("does not fit")
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    if len(image.shape) != len(filter_matrix.shape) or list(image.shape[2:]) != list(filter_matrix.shape[2:]):
        raise ValueError("image and filter have different numbers of channels or axes")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    colour = len(image.shape) == 3
    pixels = image.tolist()
    weights = filter_matrix.tolist()
    answer = []
    for y in range(rows):
        line = []
        for x in range(cols):
            s = 0.0
            for dy, weight_row in enumerate(weights):
                pixel_row = pixels[y + dy]
                for dx, weight in enumerate(weight_row):
                    if colour:
                        for p, q in zip(pixel_row[x + dx], weight):
                            s += p * q
                    else:
                        s += pixel_row[x + dx] * weight
            line.append(s)
        answer.append(line)
    return answer
