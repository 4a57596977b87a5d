# g2links on the CPU, with the versions of the lock. Results go to the folder that is mounted at /work:
#   docker build --tag g2links .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work" g2links pipeline --quick
FROM python:3.11-slim AS libraries
COPY environment/requirements.lock /tmp/
RUN python -m venv /opt/g2links && \
    /opt/g2links/bin/pip install --no-cache-dir --require-hashes --requirement /tmp/requirements.lock
COPY . /source
RUN /opt/g2links/bin/pip install --no-cache-dir --no-deps --no-build-isolation /source

FROM python:3.11-slim
COPY --from=libraries /opt/g2links /opt/g2links
RUN useradd --create-home g2links && install --directory --mode 1777 /work
# a home that any user may write, for what JAX and matplotlib keep
ENV PATH=/opt/g2links/bin:$PATH HOME=/tmp
USER g2links
WORKDIR /work
ENTRYPOINT ["g2links"]
